/** Which tools need the visitor's yes. Pure. */

/** As configured: all, none, or these by the name that they have at their source. */
export type Approval = boolean | string[];

/** What the operator says counts before what the tool says of itself (`declared`). */
export function sideEffects(approval: Approval | undefined, tool: string, declared: boolean): boolean {
  return Array.isArray(approval) ? approval.includes(tool) : (approval ?? declared);
}

/** The events of `<halfsecond-chat>` for compilers: their names and what they carry. */

/** Events bubble and leave the shadow tree: `document` hears them all. */
export type HalfsecondEvents = {
  'halfsecond:ready': CustomEvent<Record<string, never>>;
  'halfsecond:open': CustomEvent<Record<string, never>>;
  'halfsecond:close': CustomEvent<Record<string, never>>;
  'halfsecond:message': CustomEvent<{ id: string; role: 'user' | 'assistant'; text: string }>;
  'halfsecond:first-token': CustomEvent<{ traceId: string | null; ms: number }>;
  'halfsecond:tool': CustomEvent<{ name: string; state: string }>;
  'halfsecond:handoff': CustomEvent<{ reason: string; url?: string | undefined }>;
  'halfsecond:feedback': CustomEvent<{ messageId: string; rating: 'up' | 'down' }>;
  'halfsecond:error': CustomEvent<{ code: string }>;
};

declare global {
  interface HTMLElementEventMap extends HalfsecondEvents {}
  interface DocumentEventMap extends HalfsecondEvents {}
}

/** The npm package's entry: makes `<halfsecond-chat>` known and gives compilers its types. */
import { HalfsecondChat } from './chat/define.ts';

export { HalfsecondChat };
export type { HalfsecondEvents } from './events.ts';
export type { Overrides } from './locales/en.ts';

declare global {
  interface HTMLElementTagNameMap {
    'halfsecond-chat': HalfsecondChat;
  }
}

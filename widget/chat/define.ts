/** The panel's entry: makes `<halfsecond-chat>` known, once. */
import { HalfsecondChat } from './element.ts';

if (!customElements.get('halfsecond-chat')) customElements.define('halfsecond-chat', HalfsecondChat);

export { HalfsecondChat };

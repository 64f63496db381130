/** The wrapper where there is no page: the bare tag, as the browser's own first render has it. The element comes to life in the browser. */
import * as React from 'react';
import { attributes, properties, TAG } from '../api.ts';
import type { HalfsecondChatProps } from './halfsecond-chat.ts';

/** What the browser sets as properties and handlers is no part of the markup. */
const own = new Set([...attributes.map(({ property }) => property), ...properties.map(({ name }) => name)]);

export function HalfsecondChat(props: HalfsecondChatProps): React.ReactElement {
  const rest = Object.entries(props).filter(([name, value]) => !own.has(name) && typeof value !== 'function' && name !== 'ref').map(([name, value]): [string, unknown] => [name === 'className' ? 'class' : name, value]);
  return React.createElement(TAG, Object.fromEntries(rest));
}

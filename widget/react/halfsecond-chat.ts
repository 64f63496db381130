/** `<HalfsecondChat>` for React: the element's properties as props, its events as handlers, the element itself as `ref`. */
import { createComponent, type EventName } from '@lit/react';
import * as React from 'react';
import { HalfsecondChat as Element } from '../chat/define.ts';
import type { HalfsecondEvents } from '../events.ts';
import type { Overrides } from '../locales/en.ts';

export type { HalfsecondEvents, Overrides };
/** What a `ref` holds: `ref.current.send('…')`. */
export type HalfsecondChatElement = Element;

const events = {
  onReady: 'halfsecond:ready', onOpen: 'halfsecond:open', onClose: 'halfsecond:close', onMessage: 'halfsecond:message', onFirstToken: 'halfsecond:first-token',
  onTool: 'halfsecond:tool', onHandoff: 'halfsecond:handoff', onFeedback: 'halfsecond:feedback', onError: 'halfsecond:error',
} as const satisfies Record<string, keyof HalfsecondEvents>;

type Handlers = { [K in keyof typeof events]?: (event: HalfsecondEvents[(typeof events)[K]]) => void };
type Named = { [K in keyof typeof events]: EventName<HalfsecondEvents[(typeof events)[K]]> };
type Properties = Pick<Element, 'site' | 'endpoint' | 'language' | 'isOpen' | 'heading' | 'greeting' | 'prompts' | 'statusUrl' | 'timing' | 'consent' | 'proactive' | 'proactiveDelay' | 'strings'> & {
  mode: 'popup' | 'inline' | 'fullscreen';
  position: 'right' | 'left';
  theme: 'auto' | 'light' | 'dark';
  transport: 'sse' | 'ws';
  density: 'compact';
  /** Origins, separated by spaces. */
  images: string;
};

export type HalfsecondChatProps = Omit<React.HTMLAttributes<Element>, keyof Handlers | keyof Properties> & Partial<Properties> & Handlers;

export const HalfsecondChat: React.ForwardRefExoticComponent<HalfsecondChatProps & React.RefAttributes<Element>> = createComponent({
  react: React, tagName: 'halfsecond-chat', elementClass: Element, displayName: 'HalfsecondChat', events: events as unknown as Named,
});

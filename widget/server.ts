/** The npm package's entry where there is no page: names, so that imports work, and nothing to run. */

/** Stands in for the element, which only a browser has. */
export const HalfsecondChat: unique symbol = Symbol('halfsecond-chat');

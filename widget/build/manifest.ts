/** The custom-elements manifest (schema 1.0.0): editors, Storybook and documentation tools read it. */
import { attributes, events, methods, parts, properties, TAG, tokens } from '../api.ts';

const CLASS = 'HalfsecondChat';

/** The manifest as an object; `module` is the path of the package's entry inside the package. */
export function customElementsManifest(module: string): object {
  return {
    schemaVersion: '1.0.0',
    readme: 'README.md',
    modules: [{
      kind: 'javascript-module',
      path: module,
      declarations: [{
        kind: 'class', name: CLASS, tagName: TAG, customElement: true,
        description: 'A support chat: a launcher with a panel, a part of the page, or the whole window.',
        superclass: { name: 'HTMLElement' },
        attributes: attributes.map(({ name, property, type, fallback, about }) => ({ name, ...(property === '' ? {} : { fieldName: property }), type: { text: type }, description: about, ...(fallback === '' ? {} : { default: fallback }) })),
        members: [
          ...attributes.filter(({ property }) => property !== '').map(({ name, property, type, about }) => ({ kind: 'field', name: property, attribute: name, type: { text: type }, description: about, privacy: 'public' })),
          ...properties.map(({ name, type, about }) => ({ kind: 'field', name, type: { text: type }, description: about, privacy: 'public' })),
          ...methods.map(({ name, parameters, returns, about }) => ({
            kind: 'method', name, parameters: parameters.map((parameter) => ({ name: parameter.name, type: { text: parameter.type } })), return: { type: { text: returns } }, description: about, privacy: 'public',
          })),
        ],
        events: events.map(({ name, detail, about }) => ({ name, type: { text: `CustomEvent<${detail}>` }, description: about })),
        cssProperties: tokens.map(({ name, fallback, about }) => ({ name, default: fallback, description: about })),
        cssParts: parts.map(({ name, about }) => ({ name, description: about })),
      }],
      exports: [
        { kind: 'js', name: CLASS, declaration: { name: CLASS, module } },
        { kind: 'custom-element-definition', name: TAG, declaration: { name: CLASS, module } },
      ],
    }],
  };
}

/** What is documented is what there is: README, manifest and `api.ts` against the element, its templates and its style sheets. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { attributes, events, methods, parts, properties, tokens } from '../../../widget/api.ts';
import { tables, withTables } from '../../../widget/build/docs.ts';
import { customElementsManifest } from '../../../widget/build/manifest.ts';
import type { ConversationEvent } from '../../../widget/chat/outcome.ts';
import type { HalfsecondEvents } from '../../../widget/events.ts';

const widget = fileURLToPath(new URL('../../../widget', import.meta.url));
const read = (path: string): string => readFileSync(join(widget, path), 'utf8');
const sources = (...folders: string[]): string => folders.flatMap((folder) => readdirSync(join(widget, folder)).filter((name) => name.endsWith('.ts')).map((name) => read(`${folder}/${name}`))).join('\n');
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').replace(/ ?([,()]) ?/g, '$1').trim();
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted();
const names = (list: { name: string }[]): string[] => sorted(list.map(({ name }) => name));

/** The element's class, as the compiler reads it. */
const file = ts.createSourceFile('element.ts', read('chat/element.ts'), ts.ScriptTarget.ESNext, true);
const element = file.statements.find((statement): statement is ts.ClassDeclaration => ts.isClassDeclaration(statement) && statement.name?.text === 'HalfsecondChat') ?? assert.fail('no class HalfsecondChat');
const has = (node: ts.HasModifiers, ...kinds: ts.SyntaxKind[]): boolean => ts.getModifiers(node)?.some(({ kind }) => kinds.includes(kind)) ?? false;

describe('the element', () => {
  it('has exactly the documented attributes, each with its property', () => {
    const list = element.members.find((member): member is ts.PropertyDeclaration => ts.isPropertyDeclaration(member) && member.name.getText() === 'properties')?.initializer;
    assert.ok(list && ts.isObjectLiteralExpression(list));
    const found = list.properties.map((entry) => {
      assert.ok(ts.isPropertyAssignment(entry));
      const attribute = /attribute: (?:'([^']+)'|(false))/.exec(entry.initializer.getText());
      return `${entry.name.getText()} ${attribute ? attribute[1] ?? '–' : entry.name.getText()}`;
    });
    assert.deepEqual(sorted(found), sorted([...attributes.filter(({ property }) => property !== '').map(({ name, property }) => `${property} ${name}`), ...properties.map(({ name }) => `${name} –`)]));
  });

  it('and those that style sheets and templates look at', () => {
    const styled = [...sources('theme', 'chat').matchAll(/:host\((?::is\()?\[([a-z-]+)|host\.getAttribute\('([a-z-]+)'/g)].map(([, name = '', other = '']) => name || other).filter((name) => name !== 'hidden');
    for (const name of styled) assert.ok(attributes.some((attribute) => attribute.name === name), name);
    for (const { name } of attributes.filter(({ property }) => property === '')) assert.ok(styled.includes(name), name);
  });

  it('has properties of the documented types', () => {
    const found = element.members.filter((member): member is ts.PropertyDeclaration => ts.isPropertyDeclaration(member) && has(member, ts.SyntaxKind.DeclareKeyword)).map((member) => `${member.name.getText()}: ${member.type?.getText()}`);
    assert.deepEqual(sorted(found), sorted([...attributes.filter(({ property }) => property !== '').map(({ property, type }) => `${property}: ${type}`), ...properties.map(({ name, type }) => `${name}: ${type}`)]));
  });

  it('has exactly the documented methods', () => {
    const found = element.members.filter((member): member is ts.MethodDeclaration => ts.isMethodDeclaration(member) && !ts.isPrivateIdentifier(member.name) && !member.name.getText().endsWith('Callback') && !has(member, ts.SyntaxKind.OverrideKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.PrivateKeyword));
    const signature = (name: string, parameters: string[], returns: string): string => squeezed(`${name}(${parameters.join(', ')}): ${returns}`);
    assert.deepEqual(
      sorted(found.map((member) => signature(member.name.getText(), member.parameters.map((parameter) => parameter.getText()), member.type?.getText() ?? ''))),
      sorted(methods.map(({ name, parameters, returns }) => signature(name, parameters.map((parameter) => `${parameter.name}: ${parameter.type}`), returns))),
    );
  });

  it('has the same methods waiting in the script tag', () => {
    const queued = /METHODS = \[([^\]]*)\]/.exec(read('loader.ts'))?.[1] ?? '';
    assert.deepEqual(sorted([...queued.matchAll(/'(\w+)'/g)].map(([, name = '']) => name)), names(methods));
  });
});

describe('the events', () => {
  it('are those that are sent, with what they carry', () => {
    const sent = [...sources('chat').matchAll(/emit\((?:\{ name: )?'([a-z-]+)'|#emit\(this\.\w+ \? '([a-z-]+)' : '([a-z-]+)'/g)].flatMap(([, one, two, three]) => [one, two, three].filter((name) => name !== undefined));
    const typed = [...read('chat/outcome.ts').matchAll(/\{ name: '([a-z-]+)'; detail: ([^;]*(?:;[^}]*)?\}) \}/g)];
    assert.deepEqual(sorted([...sent, ...typed.map(([, name = '']) => name)].map((name) => `halfsecond:${name}`)), names(events));
    for (const [, name = '', detail = ''] of typed) assert.equal(squeezed(events.find((event) => event.name === `halfsecond:${name}`)?.detail ?? ''), squeezed(detail), name);
  });

  it('are the same for compilers', () => {
    const typed = [...read('events.ts').matchAll(/'(halfsecond:[a-z-]+)': CustomEvent<(.*)>;/g)].map(([, name, detail = '']) => `${name} ${squeezed(detail)}`);
    assert.deepEqual(sorted(typed), sorted(events.map(({ name, detail }) => `${name} ${squeezed(detail)}`)));
    // And the compiler itself: an event of a conversation carries what its public namesake does.
    type Same<A, B> = [A, B] extends [B, A] ? true : false;
    const same: { [E in ConversationEvent as E['name']]: Same<E['detail'], HalfsecondEvents[`halfsecond:${E['name']}`]['detail']> } = {
      message: true, 'first-token': true, tool: true, handoff: true, feedback: true, error: true,
    };
    assert.ok(Object.keys(same).every((name) => events.some((event) => event.name === `halfsecond:${name}`)));
  });

  it('have company in the wrapper for React: every attribute is a prop', () => {
    const wrapper = /type Properties = [^]*?};\n/.exec(read('react/halfsecond-chat.ts'))?.[0] ?? '';
    for (const { name, property } of attributes) assert.match(wrapper, new RegExp(`\\b${property || name}\\b`));
  });

  it('have a handler each in the wrapper for React', () => {
    assert.deepEqual(sorted([...read('react/halfsecond-chat.ts').matchAll(/on\w+: '(halfsecond:[a-z-]+)'/g)].map(([, name = '']) => name)), names(events));
  });
});

describe('the looks', () => {
  const styles = sources('theme', 'chat');

  it('have exactly the documented tokens, with their defaults', () => {
    const used = new Map<string, Set<string>>();
    for (const found of styles.matchAll(/var\((--hs-[a-z-]+),\s*/g)) {
      // The default runs to the bracket that closes `var(`.
      const from = found.index + found[0].length;
      let depth = 1;
      let to = from;
      for (; depth > 0; to++) depth += styles[to] === '(' ? 1 : styles[to] === ')' ? -1 : 0;
      const name = found[1] ?? '';
      used.set(name, (used.get(name) ?? new Set()).add(squeezed(styles.slice(from, to - 1))));
    }
    assert.deepEqual(sorted(used.keys()), names(tokens));
    for (const { name, fallback } of tokens) assert.ok(used.get(name)?.has(squeezed(fallback)), `${name}: ${[...(used.get(name) ?? [])].join(' | ')}`);
    assert.deepEqual([...styles.matchAll(/var\(--hs-[a-z-]+\)/g)].map(String), [], 'a token without a default');
  });

  it('have exactly the documented parts', () => {
    const code = sources('chat', 'markdown');
    const used = [/\bpart="([a-z- ]+)"/g, /part: '([a-z-]+)'/g, /'part', '([a-z-]+)'/g, /iconButton\('([a-z-]+)'/g].flatMap((pattern) => [...code.matchAll(pattern)].flatMap(([, list = '']) => list.split(' ')));
    assert.deepEqual(sorted(used), names(parts));
    assert.deepEqual([...code.matchAll(/part=\$\{(?!part\})/g)].map(String), [], 'a part that is not written out');
  });
});

describe('the README', () => {
  it('has every table as it is made from api.ts (`npm run docs -w widget` writes them)', () => assert.equal(read('README.md'), withTables(read('README.md'))));

  it('would not pass with a row less', () => {
    for (const [name, rows] of Object.entries(tables)) {
      const shorter = read('README.md').replace(rows, name === 'parts' ? rows.replace(/, [^,]+$/, '.') : rows.split('\n').slice(0, -1).join('\n'));
      assert.notEqual(shorter, read('README.md'), name);
      assert.notEqual(shorter, withTables(shorter), name);
    }
  });

  it('names no token and no event that there is not', () => {
    for (const [name] of read('README.md').matchAll(/--hs-[a-z]+(?:-[a-z]+)*/g)) assert.ok(tokens.some((token) => token.name === name), name);
    for (const [name] of read('README.md').matchAll(/halfsecond:[a-z-]+/g)) assert.ok(events.some((event) => event.name === name), name);
  });
});

describe('the manifest', () => {
  it('lists all of it', () => {
    type Named = { name: string }[];
    type Declaration = { tagName: string; customElement: boolean; attributes: Named; members: { kind: string; name: string }[]; events: Named; cssProperties: Named; cssParts: Named };
    const { schemaVersion, modules } = customElementsManifest('dist/npm/widget.js') as { schemaVersion: string; modules: { declarations: Declaration[]; exports: { kind: string; name: string }[] }[] };
    const [declaration] = modules[0]?.declarations ?? [];
    assert.ok(schemaVersion === '1.0.0' && declaration?.customElement && declaration.tagName === 'halfsecond-chat');
    assert.deepEqual(names(declaration.attributes), names(attributes));
    assert.deepEqual(names(declaration.events), names(events));
    assert.deepEqual(names(declaration.cssProperties), names(tokens));
    assert.deepEqual(names(declaration.cssParts), names(parts));
    assert.deepEqual(names(declaration.members.filter(({ kind }) => kind === 'method')), names(methods));
    assert.ok(modules[0]?.exports.some(({ kind, name }) => kind === 'custom-element-definition' && name === 'halfsecond-chat'));
  });
});

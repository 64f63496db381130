/** The commands of `halfsecond`: a table, and what to say when the word is not in it. */

type Command = { about: string; load: () => Promise<{ run: (args: string[]) => Promise<number> }> };

const commands: Record<string, Command> = {
  start: { about: 'everything: bff, status host and a demo page', load: () => import('./start.ts') },
  dev: { about: 'the same with reload and simulated model providers', load: () => import('./dev.ts') },
  bff: { about: 'the chat backend alone', load: () => import('./bff.ts') },
  status: { about: 'the status host alone', load: () => import('./status.ts') },
  build: { about: 'builds the widget and the status site', load: () => import('./build.ts') },
  ingest: { about: 'PATH…  reads documents into the site\'s knowledge', load: () => import('./ingest.ts') },
  config: { about: 'check  checks the configuration', load: () => import('./config.ts') },
  tools: { about: '[accept NAME]  what can be called, and accepting a changed tool', load: () => import('./tools.ts') },
  agents: { about: 'report|add-example AGENT TEXT  where visitors were sent wrong, and teaching it', load: () => import('./agents.ts') },
  trace: { about: 'ID|last|slowest|report|complaints|compare A B  shows where turns\' time went', load: () => import('./trace.ts') },
  drill: { about: 'NAME  breaks a provider on purpose and shows what visitors notice', load: () => import('./drill.ts') },
  incident: { about: 'new|update|resolve|maintenance…  writes what the status page tells', load: () => import('./incident.ts') },
  export: { about: 'USER  prints everything that is kept of a visitor', load: () => import('./export.ts') },
  forget: { about: 'USER  erases everything that is kept of a visitor', load: () => import('./forget.ts') },
};

function help(): string {
  const lines = Object.entries(commands).map(([name, { about }]) => `  halfsecond ${name.padEnd(8)} ${about}`);
  return ['Chat that starts answering in half a second, and a status page that proves it.', '', ...lines, '', 'Each command says more with --help.'].join('\n');
}

const [name = '--help', ...args] = process.argv.slice(2);
if (name === '--help' || name === '-h' || name === 'help') {
  console.log(help());
} else if (!Object.hasOwn(commands, name)) {
  console.error(`halfsecond has no command "${name}".\n\n${help()}`);
  process.exitCode = 1;
} else {
  try {
    process.exitCode = (await (await commands[name]?.load())?.run(args)) ?? 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

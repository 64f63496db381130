/** What several commands share: the checked configuration, the folders, help texts. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { checkModels } from '../route/prices.ts';

/** The checkout's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export function dataFolder(): string {
  return resolve(process.env['HALFSECOND_DATA'] ?? '.data');
}

/** The configuration, or null after every fault was printed as a line of its own. */
export function loadConfig(log: (line: string) => void): Config | null {
  const result = readConfig(process.env, process.cwd());
  const faults = 'faults' in result ? result.faults : checkModels(result.config.models, result.config.providers);
  if (faults.length > 0 || 'faults' in result) {
    console.error(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`);
    for (const fault of faults) console.error(`  ${fault}`);
    return null;
  }
  for (const warning of result.warnings) log(`configuration: ${warning}`);
  return result.config;
}

/** True when help was asked for, and given. */
export function helped(args: string[], text: string): boolean {
  if (!args.includes('--help') && !args.includes('-h')) return false;
  console.log(text);
  return true;
}

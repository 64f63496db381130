/** The few globals of mocha that the browser tests use. */
declare function describe(name: string, body: () => void): void;
declare function it(name: string, body: () => void | Promise<void>): { timeout(ms: number): void };
declare function afterEach(body: () => void | Promise<void>): void;

/** Preloaded into a server of others that would listen on every interface: it listens on this machine alone, and says where on stderr. */
import { Server } from 'node:net';

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  this.once('listening', () => process.stderr.write(`listening on ${this.address().port}\n`));
  return typeof port === 'object' ? listen.call(this, port, ...rest) : listen.call(this, Number(port), '127.0.0.1', ...rest.filter((entry) => typeof entry === 'function'));
};

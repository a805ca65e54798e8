// node server.js '{"port":0,"log":"accepted.txt","folder":null,"key":null,"cert":null,"auth":null,"secure":false,"delay":0}'
// Prints the port it listens on. Recipients decide the reply: hard-* 550 5.1.1, soft-* 451 always, later-* 451 at first, late-* 451 after the data at first,
// refuse-* 554 after the data. Each accepted message adds a line "recipient<TAB>message-id" to the log before it is confirmed.
import { SMTPServer } from 'smtp-server';
import fs from 'node:fs';
import path from 'node:path';

const options = JSON.parse(process.argv[2] ?? '{}');
const log = fs.openSync(options.log, 'a');
const seen = new Set();
let messages = 0;
const reply = (code, text) => Object.assign(new Error(text), { responseCode: code });
const first = (kind, address) => !seen.has(kind + address) && seen.add(kind + address);

const server = new SMTPServer({
  secure: options.secure ?? false,
  key: options.key ? fs.readFileSync(options.key) : undefined,
  cert: options.cert ? fs.readFileSync(options.cert) : undefined,
  hideSTARTTLS: !options.key,
  authOptional: !options.auth,
  authMethods: options.methods ?? ['PLAIN', 'LOGIN'],
  allowInsecureAuth: options.insecure ?? false,
  disableReverseLookup: true,
  logger: false,
  onAuth: (auth, session, done) =>
    auth.username === options.auth?.user && auth.password === options.auth?.password ? done(null, { user: auth.username }) : done(reply(535, '5.7.8 Wrong user or password')),
  onRcptTo: ({ address }, session, done) => {
    if (address.startsWith('hard-')) return done(reply(550, '5.1.1 No such user'));
    if (address.startsWith('soft-')) return done(reply(451, '4.7.1 Try again'));
    if (address.startsWith('later-') && first('rcpt', address)) return done(reply(451, '4.7.1 Try again'));
    done();
  },
  onData: (stream, session, done) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      if (to.startsWith('refuse-')) return done(reply(554, '5.6.0 Message refused'));
      if (to.startsWith('late-') && first('data', to)) return done(reply(451, '4.3.0 Try again'));
      const raw = Buffer.concat(chunks);
      const id = /^message-id:\s*(.*)$/im.exec(raw.toString('latin1'))?.[1].trim() ?? '';
      fs.writeSync(log, `${to}\t${id}\n`);
      if (options.folder) fs.writeFileSync(path.join(options.folder, `${messages}.eml`), raw);
      messages++;
      setTimeout(() => done(null, `OK ${messages}`), options.delay ?? 0);
    });
  },
});
server.on('error', () => {});
server.listen(options.port ?? 0, '127.0.0.1', () => console.log(server.server.address().port));

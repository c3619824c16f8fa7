// Brings a database up to date, in a process of its own: `node take-over-kill-child.mjs DATABASE KILL_AT`.
// It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth statement that SQLite would run; 0 = never.
import Database from 'better-sqlite3'
import { openLedger } from '../../../dist/ledger/open.js'

const [path, killAt] = [process.argv[2], Number(process.argv[3])]

let statements = 0
const killed = (original) =>
  function (...args) {
    if (++statements === killAt) process.kill(process.pid, 'SIGKILL')
    return original.apply(this, args)
  }
const statement = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'))
for (const method of ['run', 'get', 'all']) statement[method] = killed(statement[method])
Database.prototype.exec = killed(Database.prototype.exec)
Database.prototype.pragma = killed(Database.prototype.pragma)

openLedger(path, { create: false }).close()

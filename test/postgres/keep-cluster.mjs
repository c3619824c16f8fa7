// Runs a PostgreSQL server for as long as a process lives that may end in any way, then removes its folder.
// node keep-cluster.mjs FOLDER BIN PORT UID GID PID
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, bin, port, uid, gid, pid] = process.argv.slice(2)
const settings = {
  port,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  autovacuum: 'off',
  shared_buffers: '16MB',
  max_connections: '60',
}
const server = spawn(
  join(bin, 'postgres'),
  [
    '-D',
    join(folder, 'data'),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ],
  { cwd: folder, stdio: 'ignore', uid: Number(uid), gid: Number(gid) },
)
writeFileSync(join(folder, 'keeper.pid'), String(process.pid))

const look = setInterval(() => {
  try {
    process.kill(Number(pid), 0)
  } catch {
    server.kill('SIGINT')
  }
}, 500)
server.once('exit', () => {
  clearInterval(look)
  rmSync(folder, { recursive: true, force: true })
})

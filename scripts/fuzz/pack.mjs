import { writeFileSync } from 'node:fs'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { openListFile } from '../../dist/lists/open-file.js'

/** A zip with one file in it. */
function zip(content) {
  const name = Buffer.from('LIST')
  const packed = deflateRawSync(content)
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt16LE(8, 4)
  about.writeUInt32LE(crc32(content), 10)
  about.writeUInt32LE(packed.length, 14)
  about.writeUInt32LE(content.length, 18)
  about.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('504b0304', 'hex'), about, name, packed])
  const entry = Buffer.concat([Buffer.from('504b01021400', 'hex'), about, Buffer.alloc(14), name])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, entry, end])
}

const bomb = Buffer.alloc(60_000_000)
const bombs = [() => gzipSync(bomb), () => zip(bomb)].map((make) => {
  let made
  return () => {
    made ??= make()
    return made
  }
})
const limit = 16_000_000

/** Packs a file as publishers do, damaged in one of three of five cases, and opens it as the importer does. */
export function openPacked(bytes, random, path) {
  const make = random.pick([zip, gzipSync])
  const [kind, packed] = random.pick([
    () => ['packed', make(bytes)],
    () => ['packed', make(bytes)],
    () => {
      const whole = make(bytes)
      return ['packedCut', whole.subarray(0, 4 + random.below(whole.length - 4))]
    },
    () => {
      const whole = make(bytes)
      whole[random.below(whole.length)] ^= 1 << random.below(8)
      return ['packedFlip', whole]
    },
    () => ['packedFlip', Buffer.concat([make(bytes), Buffer.from([random.below(256)])])],
  ])()
  writeFileSync(path, packed)
  return { kind, open: () => openListFile(path, { maxBytes: limit }) }
}

export function openBomb(random, path) {
  writeFileSync(path, random.pick(bombs)())
  return { kind: 'bomb', open: () => openListFile(path, { maxBytes: limit }) }
}

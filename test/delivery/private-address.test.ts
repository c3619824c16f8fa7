import { describe, expect, it } from 'vitest'
import { isPrivate } from '../../src/delivery/private-address.ts'

describe('an address is not public', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.0.1', '198.51.100.7', '255.255.255.255'],
    ...['::1', '::', 'fe80::1%eth0', 'fd00::1', '2001:db8::1', '3fff::1', '64:ff9b:1::808:808'],
  ])('where %s is of none that was given out', (address) => {
    expect(isPrivate(address)).toBe(true)
  })

  it.each([
    ['IPv4-mapped', '::ffff:10.0.0.1'],
    ['IPv4-mapped, in hex', '::ffff:a00:1'],
    ['NAT64', '64:ff9b::10.0.0.1'],
    ['NAT64, in hex', '64:ff9b::a9fe:a9fe'],
    ['6to4', '2002:a00:1::1'],
    ['6to4', '2002:7f00:1:0:0:0:0:0'],
    ['Teredo, its server', '2001:0:a00:1::f7f7:f7f7'],
    ['Teredo, itself', '2001:0:808:808::f5ff:fffe'],
  ])('where an IPv4 address is inside that is not (%s)', (_what, address) => {
    expect(isPrivate(address)).toBe(true)
  })

  it.each([
    ...['8.8.8.8', '2606:4700:4700::1111', '2001:4860:4860::8888', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
    ...['2002:808:808::1', '2001:0:808:808::f7f7:f7f7'],
  ])('but %s is', (address) => {
    expect(isPrivate(address)).toBe(false)
  })
})

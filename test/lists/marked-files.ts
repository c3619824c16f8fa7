import { gzipSync } from 'node:zlib'
import { ofacXml } from './formats/ofac-xml.ts'
import * as published from './formats/published-files.ts'
import { makeZip } from './make-zip.ts'

/**
 * What stands in these files where publishers and exchanges write nationality, birth and documents. None may come out, in
 * whatever way a file is read.
 */
export const marks = [
  ...['Telltaleland', 'TELLTALELAND', '719032284', '26 Dec 1992', '1992-12-26', 'AB7190322', 'MARKEDTOWN'],
  ...['ZQ77190AbC3xYz81QkLmNo', 'Tell-tale', 'TELLTALE', 'Telltale'],
]

const { ronin, tron, p2sh, segwit } = published
const person =
  'DOB 26 Dec 1992; POB MARKEDTOWN, Telltaleland; nationality Telltaleland; Passport 719032284 (Telltaleland); National ID No. ZQ77190AbC3xYz81QkLmNo'

/** Of the shape of OFAC's SDN.CSV: no header, remarks full of persons. */
const sdnCsv = `29702,"INVENTED, Ann Telltaleland","individual","CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"${person}; Digital Currency Address - XBT ${p2sh}; Gender Female."
33151,"INVENTED, S.R.O.",-0- ,"CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"${person}"
\x1a`

const enhanced = `<?xml version="1.0" encoding="utf-8"?>
<sanctionsData xmlns="https://www.treasury.gov/ofac/DeltaFile/1.0"><publicationInfo/><entities><entity id="1"><features>
<feature id="5"><type featureTypeId="10">Nationality Country</type><value>Telltaleland</value></feature>
<feature id="6"><type featureTypeId="8">Birthdate</type><value>26 Dec 1992</value></feature></features></entity></entities></sanctionsData>
`

const entity = (id: string, schema: string, properties: Record<string, string[]>) =>
  `${JSON.stringify({ id, caption: 'Invented', schema, datasets: ['il'], last_seen: '2026-01-01', properties })}\n`

const opensanctions =
  entity('p', 'Person', {
    nationality: ['Telltaleland'],
    birthDate: ['1992-12-26'],
    passportNumber: ['719032284'],
  }) +
  entity('w', 'CryptoWallet', {
    publicKey: [ronin, `Passport 719032284 of Telltaleland ${tron}`],
    holder: ['p', 'ru-inn-719032284', 'passport_719032284'],
    topics: ['sanction'],
  }) +
  entity('passport-719032284', 'CryptoWallet', { publicKey: [segwit, 'none'], topics: ['sanction'] })

const tagpack = `title: Invented
creator: somebody
lastmod: 2026-01-01
tags:
  - address: "${ronin}"
    label: Ann, ${person}
    nationality: Telltaleland
    passport: 719032284
    actor: ru-inn-719032284
  - address: "Telltaleland, born 1992-12-26"
    label: somebody
`

/** A page of a bank: what a server sends in place of a list. */
const html = `<!DOCTYPE html><html><body><p>Dear Ann, Telltaleland, ${person}</p></body></html>`

const headers = [
  ...['nationality', 'דרכון', 'תאריך לידה', 'data urodzenia', 'doğum tarihi', 'fødselsdato', 'syntymäaika'],
  ...[
    '出生日期',
    '生年月日',
    '護照號碼',
    'geboortedatum',
    'datum narození',
    'ημερομηνία γέννησης',
    'remarks',
  ],
]

/** Files as people give them to any format, by a name. */
export const markedFiles: Readonly<Record<string, string | Buffer>> = {
  'SDN.CSV': sdnCsv,
  'SDN_ENHANCED.XML': enhanced,
  'SDN_ADVANCED.XML': ofacXml(),
  'SDN_ADVANCED.XML, cut short': ofacXml().slice(0, -400),
  'SDN_ADVANCED.XML, with a tag unclosed': ofacXml().replace('</Value>', '<Telltaleland passport=719032284>'),
  'SDN_ADVANCED.XML as .gz': gzipSync(ofacXml()),
  'SDN_ADVANCED.XML as .gz, cut short': gzipSync(ofacXml()).subarray(0, 900),
  'a zip of persons': makeZip([
    { name: 'Telltaleland-719032284.xml', content: ofacXml() },
    { name: 'b.xml', content: '' },
  ]),
  'a zip with a bad name': makeZip([{ name: '../Telltaleland-719032284.xml', content: ofacXml() }]),
  'SDN.XML': published.sdnXml([
    published.sdnEntry(
      7,
      `<idList>${published.id(1, 'Passport', '719032284')}${published.id(2, 'Digital Currency Address - XBT', p2sh)}${published.id(3, 'Digital Currency Address - XBT', 'nationality Telltaleland')}</idList>`,
    ),
  ]),
  'SDN.XML without its count': published.sdnXml(
    [published.sdnEntry(7, '')],
    'Telltaleland 719032284',
    'Telltaleland',
  ),
  'UK-Sanctions-List.xml': published.ukXml([published.designation('AQD1', `${person}. ETH: ${ronin}`)]),
  'UK-Sanctions-List.csv': published.ukCsv([
    published.ukRow('AQD1', 'Primary name', 'X', `${person}. ETH: ${ronin}`),
  ]),
  'EU list': published.euXml([published.euEntity('EU.1.1', `${person}. Wallet: ${segwit}`)]),
  'EU list with a DOCTYPE': `<!DOCTYPE Telltaleland719032284 []>${published.euXml([])}`,
  'entities.ftm.json': opensanctions,
  'entities.ftm.json, damaged': opensanctions.replace('"birthDate"', '"birthDate" Telltaleland'),
  'a TagPack': tagpack,
  'a TagPack, damaged': `${tagpack}  Telltaleland: [719032284\n\t- "AB7190322\\q"\n`,
  'a TagPack with a strange field': `${tagpack.replace('title: Invented', 'title: [Telltaleland]')}`,
  'a web page': html,
  'prose without commas': `Telltaleland 719032284\n${person.replaceAll(',', '')}\n`,
  'own addresses': `address,kind,reference\n${ronin},Telltaleland,719032284\n${tron},hot,"${person}"\nTelltaleland,hot,1\n`,
  'a csv with persons in the rows': `address,subject,listed_on\nTelltaleland,719032284,26 Dec 1992\n${ronin},"Ann, ${person}",1992-12-26\n${ronin},x,Telltaleland\n`,
  'a csv with a stray quote': `address,subject\n${ronin},"Ann" Telltaleland 719032284\n`,
  'a JSON array': JSON.stringify([{ address: ronin, nationality: 'Telltaleland', passport: '719032284' }]),
  ...Object.fromEntries(
    headers.map((name) => [
      `a csv with a column ${name}`,
      `address,${name}\n${ronin},Telltaleland 719032284\n`,
    ]),
  ),
}

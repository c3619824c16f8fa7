/** One small sound file for each format: what the mutations start from. Parties and texts are invented. */
const evm = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
const lower = '0x7f367cc41522ce07553e823bf3be79a889debe1b'
const tron = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'
const p2sh = '3LU8wRu4ZnXP4UM8Yo6kkTiGHM9BubgyiG'
const segwit = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'

const date = (year, month, day) => `<Year>${year}</Year><Month>${month}</Month><Day>${day}</Day>`
const feature = (id, type, text) =>
  `<Feature ID="${id}" FeatureTypeID="${type}"><FeatureVersion ID="${id}"><VersionDetail DetailTypeID="1432">${text}</VersionDetail></FeatureVersion></Feature>\n`
const person = (id, schema, caption) =>
  JSON.stringify({
    id,
    caption,
    schema,
    properties: { name: [caption], nationality: ['zz'] },
    last_seen: '2026-08-22T00:00:00',
  })
const wallet = (id, publicKey, more = {}) =>
  JSON.stringify({
    id,
    caption: publicKey,
    schema: 'CryptoWallet',
    properties: { publicKey: [publicKey], topics: ['sanction'], ...more },
    datasets: ['zz_invented'],
    first_seen: '2024-02-03T00:00:00',
    last_seen: '2026-08-22T00:00:00',
  })
const sanction = (id, entity, more) =>
  JSON.stringify({ id, caption: id, schema: 'Sanction', properties: { entity: [entity], ...more } })

export const seeds = {
  'ofac-sdn-advanced': `<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="http://www.un.org/sanctions/1.0" Version="3"><DateOfIssue>${date(2025, 1, 9)}</DateOfIssue>
<ReferenceValueSets><FeatureTypeValues><FeatureType ID="10">Nationality Country</FeatureType><FeatureType ID="345">Digital Currency Address - ETH</FeatureType><FeatureType ID="344">Digital Currency Address - XBT</FeatureType></FeatureTypeValues>
<ListValues><List ID="1550">SDN List</List></ListValues><SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues></ReferenceValueSets>
<DistinctParties><DistinctParty FixedRef="100"><Profile ID="100"><Identity ID="1" Primary="true"><Alias Primary="true"><DocumentedName><DocumentedNamePart><NamePartValue>Lázár &amp; <![CDATA[Sons]]></NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>
${feature(3, 10, 'Telltale')}${feature(4, 345, evm)}${feature(5, 344, tron)}${feature(6, 344, p2sh)}${feature(7, 345, lower)}</Profile></DistinctParty></DistinctParties>
<SanctionsEntries><SanctionsEntry ID="1" ProfileID="100" ListID="1550"><EntryEvent><Date>${date(2019, 9, 13)}</Date></EntryEvent><SanctionsMeasure SanctionsTypeID="1"><Comment>DPRK3</Comment></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>
`,
  'ofac-sdn': `<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation><Publish_Date>09/23/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
<sdnEntry><uid>7</uid><firstName>Ann</firstName><lastName>LÁZÁR</lastName><sdnType>Individual</sdnType><programList><program>SDGT</program></programList>
<idList><id><uid>71</uid><idType>Passport</idType><idNumber>TELLTALE1</idNumber></id>
<id><uid>72</uid><idType>Digital Currency Address - USDT</idType><idNumber>${tron}</idNumber></id>
<id><uid>73</uid><idType>Digital Currency Address - ETH</idType><idNumber>${evm}</idNumber></id></idList></sdnEntry>
<sdnEntry><uid>8</uid><lastName>B &amp; CO</lastName><sdnType>Entity</sdnType>
<idList><id><uid>81</uid><idType>Digital Currency Address - XBT</idType><idNumber>${p2sh}</idNumber></id><id><uid>82</uid><idType>Digital Currency Address - ETH</idType><idNumber>${lower}</idNumber></id></idList></sdnEntry></sdnList>
`,
  'uk-sanctions-list': `<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>02/09/2026</DateGenerated>
<Designation><LastUpdated>04/08/2026</LastUpdated><DateDesignated>29/06/2012</DateDesignated><UniqueID>ZZZ0001</UniqueID><OFSIGroupID>1</OFSIGroupID>
<Names><Name><Name1>Ann</Name1><Name6>LÁZÁR</Name6><NameType>Primary Name</NameType></Name></Names><RegimeName>The Invented Regulations 2020</RegimeName>
<OtherInformation>Wallets believed to be hers: (1) ETH: ${evm} (2) BNB: ${lower} (3) USDT:  ${tron}; phone +44 20 7946 0958</OtherInformation>
<UKStatementofReasons>Bitcoin ${segwit}, and ${p2sh}.</UKStatementofReasons>
<IndividualDetails><Individual><Nationalities><Nationality>Telltale</Nationality></Nationalities></Individual></IndividualDetails></Designation></Designations>
`,
  'uk-sanctions-list (csv)': `Report Date: 02-Sep-2026
Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name type,Regime Name,Other Information,UK Statement of Reasons,Date Designated,Nationality(/ies)
04/08/2026,ZZZ0001,1,LÁZÁR,Ann,Primary Name,The Invented Regulations 2020,"(1) ETH: ${evm} (2) BNB: ${lower}
(3) USDT:  ${tron}","Bitcoin ${segwit}, and ""${p2sh}"".",29/06/2012,Telltale
04/08/2026,ZZZ0002,2,ACME,,Primary Name,The Invented Regulations 2020,Nothing here,,29/06/2012,Telltale
`,
  'eu-fsf': `<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-09-22T16:47:04.449+02:00" globalFileId="1">
<sanctionEntity designationDetails="" euReferenceNumber="EU.1.1" logicalId="1"><remark>Wallet BTC: ${p2sh}</remark>
<regulation regulationType="amendment" publicationDate="2025-02-24" numberTitle="2025/1 (OJ L1)" programme="ZZZ"><publicationUrl>https://eur-lex.europa.eu/a?b=c&amp;d</publicationUrl></regulation>
<nameAlias wholeName="LÁZÁR" nameLanguage="EN" strong="true"><remark>Known addresses:
ETH: ${evm}
${lower}
TRX: ${tron}; ${segwit}</remark></nameAlias><citizenship countryDescription="TELLTALE"/></sanctionEntity></export>
`,
  opensanctions: `${[
    wallet('w1', evm, { holder: ['p1'], currency: ['ETH'] }),
    wallet('w2', tron),
    wallet('w3', p2sh, { topics: ['crime.terror'] }),
    person('p1', 'Person', 'Ann "LÁZÁR" \u{1f600}'),
    wallet('w4', lower, { topics: [] }),
    sanction('s1', 'p1', { startDate: ['2019-09-13'], program: ['ZZ'] }),
    sanction('s2', 'w3', { endDate: ['2025-01-01'] }),
  ].join('\n')}\n`,
  tagpack: `title: Invented
creator: Nobody
category: sanction
label: Lázár
lastmod: &d 2023-08-28
currency: BTC
tags:
- address: ${p2sh}
- address: ${evm}
  currency: ETH
  lastmod: *d
- address: '${tron}'
  currency: "TRX"
- address: ${lower}
  context: '{"transaction": "0x348a042dfedaf64400bf6660fe0ed523b373f172b7914985600d882ac09e0631",
    "token": "USDT"}'
- address: ${segwit}
`,
  csv: `address,subject,program,listed_on,removed_on,source
${evm},"Lázár, Ann",A|B,2019-09-13,,letter
${tron},,,,,
${p2sh},"says ""no""",,2020-01-01,2021-01-01,
${lower},,,,,
${segwit},,,,,
`,
  bundled: `# comment
issued_on,2025-11-19,rows,4
asset,address,party_uid,subject,programs,party_listed_on,published_by
ETH,${evm},1,"Lázár, Ann",A|B,2019-09-13,2022-04-15
XBT,${p2sh},2,ACME,A,2020-01-01,2022-04-15
XBT,${tron},2,ACME,A,2020-01-01,2022-04-15
ETH,${lower},2,ACME,A,2020-01-01,2022-04-15
`,
}

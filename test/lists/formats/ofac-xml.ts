/** A small file of the shape of OFAC's, with invented parties; each part can be replaced. */
export function ofacXml(parts: Partial<typeof usual> & { root?: string } = {}): string {
  const { dateOfIssue, references, parties, entries } = { ...usual, ...parts }
  const root = parts.root ?? 'Sanctions'
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<${root} xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML" Version="3">${dateOfIssue}${references}
<Locations><Location ID="1"><LocationCountry CountryID="9001"/><LocationPart><LocationPartValue><Value>Tell-tale Street</Value></LocationPartValue></LocationPart></Location></Locations>
<IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1571" IdentityID="11"><IDRegistrationNo>TELLTALE-PASSPORT</IDRegistrationNo></IDRegDocument></IDRegDocuments>
${parties}<ProfileRelationships/>${entries}<SanctionsEntryLinks/></${root}>`
}

export const date = (year: number, month: number, day: number) =>
  `<Year>${year}</Year><Month>${month}</Month><Day>${day}</Day>`

export const feature = (id: number, type: number, detail: string) =>
  `<Feature ID="${id}" FeatureTypeID="${type}"><FeatureVersion ID="${id}" ReliabilityID="1"><Comment/><VersionDetail DetailTypeID="1432">${detail}</VersionDetail></FeatureVersion></Feature>`

export const party = (id: number, inside: string, name = '<NamePartValue>Invented</NamePartValue>') =>
  `<DistinctParty FixedRef="${id}"><Comment/><Profile ID="${id}" PartySubTypeID="4"><Identity ID="1${id}" Primary="true"><Alias Primary="false"><DocumentedName><DocumentedNamePart><NamePartValue>Other name</NamePartValue></DocumentedNamePart></DocumentedName></Alias><Alias Primary="true"><DocumentedName><DocumentedNamePart>${name}</DocumentedNamePart></DocumentedName></Alias></Identity>${inside}</Profile></DistinctParty>`

export const entry = (profile: number, dates: string[], programs: string[], list = 1550) =>
  `<SanctionsEntry ID="${profile}" ProfileID="${profile}" ListID="${list}">${dates
    .map((d) => `<EntryEvent><Comment/><Date CalendarTypeID="1">${d}</Date></EntryEvent>`)
    .join(
      '',
    )}<SanctionsMeasure SanctionsTypeID="1705"><Comment>not a program</Comment></SanctionsMeasure>${programs
    .map((p) => `<SanctionsMeasure SanctionsTypeID="1"><Comment>${p}</Comment></SanctionsMeasure>`)
    .join('')}</SanctionsEntry>`

/** Listed by OFAC; the parties around them here are invented. */
export const ronin = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
export const tronUnderXbt = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'

const usual = {
  dateOfIssue: `<DateOfIssue CalendarTypeID="1">${date(2025, 1, 9)}</DateOfIssue>`,
  references: `<ReferenceValueSets>
<CountryValues><Country ID="9001" ISO2="TT">Telltaleland</Country></CountryValues>
<FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="9">Place of Birth</FeatureType><FeatureType ID="10">Nationality Country</FeatureType>
<FeatureType ID="7001">Digital Currency Address - ETH</FeatureType><FeatureType ID="7002">Digital Currency Address - XBT</FeatureType><FeatureType ID="7003">Digital Currency Address - NEVERSEEN</FeatureType></FeatureTypeValues>
<ListValues><List ID="1550">SDN List</List><List ID="1551">Another List</List></ListValues>
<SanctionsTypeValues><SanctionsType ID="1705">Block</SanctionsType><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues>
</ReferenceValueSets>`,
  parties: `<DistinctParties>${party(
    100,
    feature(1, 9, 'Telltale Town') +
      `<Feature ID="2" FeatureTypeID="8"><FeatureVersion><DatePeriod>${date(1963, 4, 5)}</DatePeriod><VersionDetail>5 Apr 1963</VersionDetail></FeatureVersion></Feature>` +
      `<Feature ID="3" FeatureTypeID="10"><FeatureVersion><VersionDetail DetailTypeID="1433">Telltaleland</VersionDetail><VersionLocation LocationID="1"/></FeatureVersion></Feature>` +
      feature(4, 7001, ronin) +
      feature(5, 7002, tronUnderXbt),
    '<NamePartValue>Lázár</NamePartValue><NamePartValue>Group &amp; <![CDATA[Sons]]></NamePartValue>',
  )}${party(200, feature(6, 9, 'Nowhere'))}</DistinctParties>`,
  entries: `<SanctionsEntries>${entry(100, [date(2020, 3, 2), date(2019, 12, 31)], ['DPRK3', 'CYBER2', 'DPRK3'])}${entry(200, [date(2018, 1, 1)], ['SDGT'])}</SanctionsEntries>`,
}

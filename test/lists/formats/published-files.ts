/** Small files of the shapes that publishers use; parties and texts are invented. */
export const ronin = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
export const tron = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'
export const p2sh = '3LU8wRu4ZnXP4UM8Yo6kkTiGHM9BubgyiG'
export const segwit = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'

export const id = (uid: number, type: string, number: string) =>
  `<id><uid>${uid}</uid><idType>${type}</idType><idNumber>${number}</idNumber><idCountry>Telltaleland</idCountry></id>`

export const sdnEntry = (uid: number, inside: string, name = '<lastName>INVENTED</lastName>') =>
  `<sdnEntry><uid>${uid}</uid>${name}<sdnType>Individual</sdnType><remarks>Telltale remark ${tron}</remarks><programList><program>CYBER2</program><program>DPRK3</program></programList>${inside}<addressList><address><uid>1</uid><country>Telltaleland</country></address></addressList><nationalityList><nationality><country>Telltaleland</country></nationality></nationalityList><dateOfBirthList><dateOfBirthItem><dateOfBirth>5 Apr 1963</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry>`

export const sdnXml = (
  entries: readonly string[],
  count: number | string = entries.length,
  date = '09/23/2026',
) =>
  `<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation><Publish_Date>${date}</Publish_Date><Record_Count>${count}</Record_Count></publshInformation>
${entries.join('\n')}</sdnList>
`

export const designation = (uniqueId: string, information: string, reasons = '', updated = '04/08/2026') =>
  `<Designation><LastUpdated>${updated}</LastUpdated><DateDesignated>29/06/2012</DateDesignated><UniqueID>${uniqueId}</UniqueID><OFSIGroupID>77</OFSIGroupID>
<Names><Name><Name1>Other</Name1><Name6>NAME</Name6><NameType>Alias</NameType></Name><Name><Name1>Ann</Name1><Name2>B.</Name2><Name6>LÁZÁR</Name6><NameType>Primary Name</NameType></Name></Names>
<RegimeName>The Invented Regulations 2020</RegimeName><OtherInformation>${information}</OtherInformation><UKStatementofReasons>${reasons}</UKStatementofReasons>
<Addresses><Address><AddressLine1>Telltale Street ${tron}</AddressLine1><AddressCountry>Telltaleland</AddressCountry></Address></Addresses>
<IndividualDetails><Individual><DOBs><DOB>05/04/1963</DOB></DOBs><Nationalities><Nationality>Telltaleland</Nationality></Nationalities><PassportDetails><Passport><PassportNumber>TELLTALE1</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails></Designation>`

export const ukXml = (designations: readonly string[], generated = '02/09/2026') =>
  `<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>${generated}</DateGenerated>${designations.join('\n')}</Designations>
`

export const ukHeader =
  'Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name type,Regime Name,Other Information,UK Statement of Reasons,Address Line 1,Date Designated,D.O.B,Nationality(/ies),Passport number'

export const ukRow = (uniqueId: string, nameType: string, name: string, information: string, reasons = '') =>
  `04/08/2026,${uniqueId},77,${name},Ann,${nameType},The Invented Regulations 2020,"${information}","${reasons}",Telltale Street ${tron},29/06/2012,05/04/1963,Telltaleland,TELLTALE1`

export const ukCsv = (rows: readonly string[], first = 'Report Date: 02-Sep-2026') =>
  `${[first, ukHeader, ...rows].join('\n')}\n`

export const euEntity = (reference: string, remark: string, more = '', attributes = '') =>
  `<sanctionEntity designationDetails="" ${attributes} euReferenceNumber="${reference}" logicalId="9">${more}
<regulation regulationType="amendment" publicationDate="2025-02-24" entryIntoForceDate="2025-02-25" numberTitle="2025/1 (OJ L1)" programme="ZZZ"><publicationUrl>https://eur-lex.europa.eu/x?a=b&amp;c=d</publicationUrl></regulation>
<nameAlias wholeName="Weak" strong="false"/><nameAlias wholeName="Fort" nameLanguage="FR" strong="true"/>
<nameAlias wholeName="Lázár" nameLanguage="EN" gender="Telltale" strong="true"><remark>${remark}</remark><regulationSummary regulationType="regulation" publicationDate="2024-05-06" numberTitle="2024/1"/></nameAlias>
<citizenship countryDescription="TELLTALELAND"><remark>Telltale ${tron}</remark></citizenship><birthdate birthdate="1963-04-05"/>
<identification number="TELLTALE1"><remark>Telltale ${tron}</remark></identification><address street="Telltale Street ${tron}"/></sanctionEntity>`

export const euXml = (entities: readonly string[], generated = '2026-09-22T16:47:04.449+02:00') =>
  `<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="${generated}" globalFileId="1">${entities.join('\n')}</export>
`

/** What must never come out of any of these files. */
export const telltales = /telltale|1963|Other|Weak/i

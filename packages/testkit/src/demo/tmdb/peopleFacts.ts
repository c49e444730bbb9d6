/** When and where the people were born whom the library names often, and when they died: TMDb id | born | died | where. */
export const peopleFacts = `
3|1942-07-13||Chicago, Illinois, USA
31|1956-07-09||Concord, California, USA
62|1955-03-19||Idar-Oberstein, Germany
64|1958-03-21||London, England, UK
85|1963-06-09||Owensboro, Kentucky, USA
103|1967-11-22||Kenosha, Wisconsin, USA
108|1961-10-31||Pukerua Bay, New Zealand
131|1980-12-19||Los Angeles, California, USA
138|1963-03-27||Knoxville, Tennessee, USA
139|1970-04-29||Boston, Massachusetts, USA
192|1937-06-01||Memphis, Tennessee, USA
240|1928-07-26|1999-03-07|New York City, New York, USA
287|1963-12-18||Shawnee, Oklahoma, USA
380|1943-08-17||New York City, New York, USA
488|1946-12-18||Cincinnati, Ohio, USA
500|1962-07-03||Syracuse, New York, USA
514|1937-04-22||Neptune City, New Jersey, USA
524|1981-06-09||Jerusalem, Israel
525|1970-07-30||London, England, UK
529|1967-10-05||Ely, England, UK
530|1967-08-21||Burnaby, British Columbia, Canada
578|1937-11-30||South Shields, England, UK
608|1941-01-05||Tokyo, Japan
934|1964-04-07||Wellington, New Zealand
1019|1965-11-22||Copenhagen, Denmark
1032|1942-11-17||New York City, New York, USA
1038|1962-11-19||Los Angeles, California, USA
1100|1947-07-30||Thal, Austria
1158|1940-04-25||New York City, New York, USA
1223|1954-11-29||St. Louis Park, Minnesota, USA
1224|1957-09-21||St. Louis Park, Minnesota, USA
1245|1984-11-22||New York City, New York, USA
1331|1960-04-04||Ibadan, Nigeria
1810|1979-04-04|2008-01-22|Perth, Australia
1813|1982-11-12||New York City, New York, USA
1892|1970-10-08||Cambridge, Massachusetts, USA
2037|1976-05-25||Cork, Ireland
2231|1948-12-21||Washington, D.C., USA
2524|1977-09-15||London, England, UK
2636|1899-08-13|1980-04-29|London, England, UK
2710|1954-08-16||Kapuskasing, Ontario, Canada
2975|1961-07-30||Augusta, Georgia, USA
3223|1965-04-04||New York City, New York, USA
3894|1974-01-30||Haverfordwest, Wales, UK
3895|1933-03-14||London, England, UK
3899|1959-10-21||Niigata, Japan
4173|1937-12-31||Port Talbot, Wales, UK
5081|1983-02-23||London, England, UK
5292|1954-12-28||Mount Vernon, New York, USA
5655|1969-05-01||Houston, Texas, USA
6193|1974-11-11||Los Angeles, California, USA
6384|1964-09-02||Beirut, Lebanon
6885|1975-08-07||Benoni, South Africa
6968|1968-10-12||Sydney, Australia
7467|1962-08-28||Denver, Colorado, USA
8784|1968-03-02||Chester, England, UK
8891|1954-02-18||Englewood, New Jersey, USA
9273|1974-08-20||Vicenza, Italy
9339|1967-12-29||Chicago, Illinois, USA
9340|1965-06-21||Chicago, Illinois, USA
10205|1949-10-08||New York City, New York, USA
10297|1969-11-04||Uvalde, Texas, USA
10828|1964-10-09||Guadalajara, Mexico
11090|1974-04-18||Poole, England, UK
11288|1986-05-13||London, England, UK
16828|1981-06-13||Boston, Massachusetts, USA
17604|1971-01-07||Modesto, California, USA
20629|1945-03-03||Brisbane, Australia
20738|1967-01-17||Gimhae, South Korea
21684|1969-09-14||Daegu, South Korea
24045|1981-02-17||Los Angeles, California, USA
25072|1979-03-09||Guatemala City, Guatemala
27578|1987-02-21||Halifax, Nova Scotia, Canada
30614|1980-11-12||London, Ontario, Canada
45400|1983-08-04||Sacramento, California, USA
51329|1975-01-05||Philadelphia, Pennsylvania, USA
73421|1974-10-28||San Juan, Puerto Rico
74568|1983-08-11||Melbourne, Australia
83002|1977-03-24||Sacramento, California, USA
136495|1985-01-19||Providence, Rhode Island, USA
137427|1967-10-03||Bécancour, Quebec, Canada
224513|1988-04-30||Havana, Cuba
234352|1990-07-02||Dalby, Australia
291263|1979-02-21||New York City, New York, USA
505710|1996-09-01||Oakland, California, USA
933238|1983-10-19||Stockholm, Sweden
1190668|1995-12-27||New York City, New York, USA
1373737|1996-01-03||Oxford, England, UK
`

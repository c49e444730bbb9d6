/** TMDb's own ids of people whom the library names often. Everyone else gets a made-up id; see `People.ts`. */
export const knownPeople = `
3 Harrison Ford|31 Tom Hanks|62 Bruce Willis|64 Gary Oldman|85 Johnny Depp|103 Mark Ruffalo|108 Peter Jackson
131 Jake Gyllenhaal|138 Quentin Tarantino|139 Uma Thurman|192 Morgan Freeman|240 Stanley Kubrick|287 Brad Pitt
380 Robert De Niro|488 Steven Spielberg|500 Tom Cruise|514 Jack Nicholson|524 Natalie Portman|525 Christopher Nolan
529 Guy Pearce|530 Carrie-Anne Moss|578 Ridley Scott|608 Hayao Miyazaki|934 Russell Crowe|1019 Mads Mikkelsen
1032 Martin Scorsese|1038 Jodie Foster|1100 Arnold Schwarzenegger|1158 Al Pacino|1223 Joel Coen|1224 Ethan Coen
1245 Scarlett Johansson|1331 Hugo Weaving|1810 Heath Ledger|1813 Anne Hathaway|1892 Matt Damon|2037 Cillian Murphy
2231 Samuel L. Jackson|2524 Tom Hardy|2636 Alfred Hitchcock|2710 James Cameron|2975 Laurence Fishburne
3223 Robert Downey Jr.|3894 Christian Bale|3895 Michael Caine|3899 Ken Watanabe|4173 Anthony Hopkins
5081 Emily Blunt|5292 Denzel Washington|5655 Wes Anderson|6193 Leonardo DiCaprio|6384 Keanu Reeves
6885 Charlize Theron|6968 Hugh Jackman|7467 David Fincher|8784 Daniel Craig|8891 John Travolta|9273 Amy Adams
9339 Lilly Wachowski|9340 Lana Wachowski|10205 Sigourney Weaver|10297 Matthew McConaughey|10828 Guillermo del Toro
11090 Edgar Wright|11288 Robert Pattinson|16828 Chris Evans|17604 Jeremy Renner|20629 George Miller|20738 Song Kang-ho
21684 Bong Joon-ho|24045 Joseph Gordon-Levitt|25072 Oscar Isaac|27578 Elliot Page|30614 Ryan Gosling
45400 Greta Gerwig|51329 Bradley Cooper|73421 Joaquin Phoenix|74568 Chris Hemsworth|83002 Jessica Chastain
136495 Damien Chazelle|137427 Denis Villeneuve|224513 Ana de Armas|234352 Margot Robbie|291263 Jordan Peele
505710 Zendaya|933238 Rebecca Ferguson|1190668 Timothée Chalamet|1373737 Florence Pugh
`

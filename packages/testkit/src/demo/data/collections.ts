/** TMDb's collections that matter to the catalogue, with their films in order of release. */
export const collections: ReadonlyArray<{
  readonly id: number
  readonly name: string
  readonly films: ReadonlyArray<number>
}> = [
  { id: 2344, name: "The Matrix Collection", films: [603, 604, 605, 624860] },
  { id: 263, name: "The Dark Knight Collection", films: [272, 155, 49026] },
  { id: 404609, name: "John Wick Collection", films: [245891, 324552, 458156, 603692] },
  { id: 726871, name: "Dune Collection", films: [438631, 693134] },
  { id: 8091, name: "Alien Collection", films: [348, 679, 945961] },
  { id: 528, name: "The Terminator Collection", films: [218, 280] },
  { id: 422837, name: "Blade Runner Collection", films: [78, 335984] },
  { id: 8945, name: "Mad Max Collection", films: [76341, 786892] },
  { id: 10, name: "Star Wars Collection", films: [11, 1891, 1892] },
  { id: 119, name: "The Lord of the Rings Collection", films: [120, 121, 122] },
  { id: 230, name: "The Godfather Collection", films: [238, 240] },
  { id: 521226, name: "A Quiet Place Collection", films: [447332, 520763] },
  { id: 2602, name: "Scream Collection", films: [4232, 646385] },
  { id: 87359, name: "Mission: Impossible Collection", films: [353081, 575264] },
  { id: 86311, name: "The Avengers Collection", films: [24428, 299536, 299534] },
  { id: 722971, name: "Knives Out Collection", films: [546554, 661374] }
]

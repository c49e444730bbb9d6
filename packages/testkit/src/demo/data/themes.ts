/**
 * Films that share a theme which genres do not tell; recommendations put them near each other. Films by TMDb id.
 */
export const themes: ReadonlyArray<ReadonlyArray<number>> = [
  // Worlds, minds and machines that are not what they seem.
  [
    603, 604, 605, 624860, 27205, 137113, 264660, 500664, 45612, 59967, 577922, 78, 335984, 333339, 329865, 9323, 2666,
    861, 63, 782, 1946, 7299, 4977, 37165, 180, 51876, 206487, 545611, 550988, 152601, 670292
  ],
  // Fear that takes its time.
  [493922, 530385, 310131, 503919, 694, 419430, 458723, 762504, 539, 426063, 1226578, 1008042]
]

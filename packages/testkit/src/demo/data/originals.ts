/** Language (ISO 639-1) and original title of what was not made in English, by TMDb id. */
export const filmOriginals: Readonly<Record<number, readonly [language: string, title: string]>> = {
  9323: ["ja", "GHOST IN THE SHELL"],
  4977: ["ja", "パプリカ"],
  940721: ["ja", "ゴジラ-1.0"],
  94329: ["id", "Serbuan maut"],
  146: ["zh", "臥虎藏龍"],
  579974: ["te", "రౌద్రం రణం రుధిరం"],
  630240: ["fr", "Titane"],
  396535: ["ko", "부산행"],
  915935: ["fr", "Anatomie d'une chute"],
  467244: ["de", "The Zone of Interest"],
  508883: ["ja", "君たちはどう生きるか"],
  496243: ["ko", "기생충"],
  129: ["ja", "千と千尋の神隠し"],
  128: ["ja", "もののけ姫"],
  149: ["ja", "AKIRA"],
  346: ["ja", "七人の侍"],
  194: ["fr", "Le Fabuleux Destin d'Amélie Poulain"],
  670: ["ko", "올드보이"],
  1417: ["es", "El laberinto del fauno"],
  823219: ["lv", "Straume"]
}

export const seriesOriginals: Readonly<Record<number, readonly [language: string, title: string]>> = {
  70523: ["de", "Dark"],
  30991: ["ja", "カウボーイビバップ"],
  13916: ["ja", "DEATH NOTE"],
  93405: ["ko", "오징어 게임"]
}

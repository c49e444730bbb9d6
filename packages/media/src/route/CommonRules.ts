/**
 * CommonRules: what questions of every intent are made of: greetings and thanks, how one asks, where things are.
 */
import type { Rules } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

export const commonRules = {
  question: [["<hello>* (<listing>|<named>|<on-deck>|<downloads>) <bye>*"]],
  hello: [
    ["(hi|hello|hey|ok|okay|so|well) (there|callsheet)? (,|!|.)?"],
    ["(please|pls|plz|kindly|quickly|just|alright|um|uh|yo|and) ,?"],
    ["(would|do) you mind (showing|telling|listing|giving)? (me|us)?"],
    ["(i|we) (was|am|were|are) (just)? (wondering|curious) ,?"],
    ["any idea"],
    ["(can|could|would|will) you (please|kindly|quickly|just)?"],
    ["(can|could|may) (i|we) (please|just|quickly)? (see|know|have)?"],
    ["(i|we) would (like|love) (to (see|know)|you to)"],
    ["(i|we) (want|need) to (see|know)"],
    ["let (me|us) (see|know)"],
    ["(show|tell|list|give) (me|us)?"],
    ["do you know"]
  ],
  bye: [
    [",? (please|pls|plz|thanks|thx|thank you|cheers)"],
    [",? for (me|us)"],
    ["<now>"],
    ["yet|in total|in all|altogether|overall"]
  ],
  now: [["now|right now|currently|at the moment|at present|at this moment|just now|presently|atm"]],
  ask: [
    ["(show|list|display|name|browse|find|see|give|view|pull up|bring up|dig up|tell) (me|us)? <list-of>?"],
    ["search for?|look for|discover|explore|(i|we) (am|are) looking for"],
    ["what (are|is)"],
    ["get (me|us)? <list-of>"],
    ["(can|could|may) (i|we) (get|have|see) <list-of>"],
    ["(i|we) would like <list-of>"],
    ["list (out|off)"],
    ["which are"],
    ["(are|is) there"]
  ],
  "list-of": [["(a|the|my|our)? (full|complete)? (list|titles|names|overview) of"]],
  lib: [
    ["(my|our|the|this) (plex)? (media|movie|film|tv|home)? (library|collection|server|libraries)"],
    ["(my|our|the)? plex (server|library|collection|account)?"],
    ["(my|our|the) (shelf|shelves)"],
    ["library|collection"]
  ],
  in: [["in|on|inside|within|to"]]
} satisfies Rules<Reading>

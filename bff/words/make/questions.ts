/** Questions as people put them, made from patterns and common words: what they mean matters less than how they are built. */
import { chances } from './chance.ts';
import type { WordNet } from './wordnet.ts';

const PATTERNS = `
how do i {v} {n}|how can i {v} my {n}|how would i {v} a {n}|how do you {v} the {n}|what is the best way to {v} {n}
what's the fastest way to {v} {n} from {p}|what do i need to {v} a {n}|what do i do if my {n} is {a}|what should i do about my {n}
what steps do i take to {v} {n}|what is {n}|what's a {n}|what are {n}|what is my {n}|what's my {n} {t}|what kind of {n} is this
what time does the {n} {v}|what time is the {n} {t}|what day is my {n}|what happens if i {v} my {n}|what is the {n} for {m}|what is the {n} in {p}
what's the {n} like in {p} {t}|what does {n} mean|what's another word for {n}|when is {n}|when is my {n} due|when does my {n} expire
when did i last {v} my {n}|when will my {n} arrive|when can i {v} my {n}|where is my {n}|where can i {v} {n}|where do i find {n} in {p}
where did i {v} my {n}|who is {n}|who do i call about my {n}|who made {n}|why was my {n} {v}ed|why can't i {v} my {n}|why is my {n} so {a}
why did you {v} my {n}|which {n} should i {v}|which {n} is better|how much is {n}|how much {n} do i have|how much does it cost to {v} {n}
how much {n} is in {m}|how many {n} are in {m}|how many {n} do i have left|how long will it take to {v} {n}|how long does {n} last
how long until my {n}|how far is {p} from {q}|how often should i {v} my {n}|how old is {n}|how big is the {n}|how {a} is my {n}|is my {n} {a}
is {n} {a}|is there {n} in {p}|is there a way to {v} my {n}|is it ok to {v} {n}|is it going to {v} in {p} {t}|are there any {n} near {p}|are my {n} {a}
are you a {n}|do i need a {n} for {p}|do i have any {n} {t}|do you know {n}|do they take {n}|does {n} have {m}|does my {n} cover {m}|did my {n} {v}
did you {v} my {n}|can i {v} {n}|can i {v} my {n} {t}|can i use {n} instead of {m}|can you {v} {n}|can you help me {v} {n}
can you tell me the {n} of {m}|can you show me {n}|can you find {n} for me|could you {v} my {n} {t}|could i get a {n}|would you {v} {n} please
will you {v} {n} {t}|will my {n} work in {p}|should i {v} {n}|i want {n}|i want to {v} {n}|i want to know my {n}|i'd like to {v} {n} {t}
i would like a {n} for {w}|i need {n}|i need to {v} my {n}|i need help with {n}|i need you to {v} {n}|i need to know how to {v} {n}|i have a {a} {n}
i have a question about {n}|i have to {v} {n} {t}|i lost my {n} in {p}|i forgot my {n}|i can't {v} my {n}|i can't find my {n}|i didn't {v} {n}
i don't know how to {v} {n}|i don't understand {n}|i think my {n} is {a}|i think someone {v}ed my {n}|i just {v}ed {n}|i was {v}ed for {n}
i'm looking for {n}|i'm going to {p} {t}|i'm trying to {v} {n}|i'm having trouble with my {n}|i am {a}|i'm out of {n}|i've got {num} {n}|my {n} is {a}
my {n} is not {v}ing|my {n} won't {v}|my {n} was {v}ed|my {n} has {n}|my {n} needs {m}|my {n} got {a} at {p}|someone stole my {n}
there is a problem with my {n}|there's {n} on my {m}|the {n} is {a}|the {n} was {a}|the {n} doesn't {v}|please {v} {n}|please {v} my {n} {t}
please tell me {n}|please help me with my {n}|help me {v} {n}|help with {n}|tell me my {n}|tell me about {n}|tell me how to {v} {n}
tell {w} that {n} is {a}|tell me what {n} is|give me {n}|give me the {n} for {m}|give me directions to {p}|show me {n}|show my {n}|let me know when {n}
let me know if my {n} is {a}|let's {v} {n}|find me {n}|find out if {n} is {a}|look up {n}|check my {n}|check if {n} is {a}|check on {n} {t}
add {n} to my {m}|add {num} {n}|remove {n} from my {m}|put {n} on my {m}|change my {n} to {m}|change {n}|update my {n}|update {n} to {num}
set {n} for {t}|set my {n} to {a}|start {n}|stop {n}|cancel my {n}|cancel {n} {t}|order {n}|order more {n}|buy {n}|pay my {n}|pay {num} for {n}
send {num} to {w}|send my {n} to {w}|transfer {num} from {n} to {m}|move {n} to {m}|book a {n} in {p}|book {n} for {t}|schedule a {n} with {w} {t}
make a {n} at {p}|make {n}|call {w}|text {w} about {n}|remind me to {v} {n} {t}|remind me about {n}|play {n}|turn on {n}|turn off the {n}|turn {n} up
open {n}|read me {n}|say {n} in {m}|spell {n}|translate {n}|calculate {num} times {num2}|convert {num} {n} to {m}|compare {n} and {m}|recommend a {n}
suggest {n} in {p}|explain {n}|thank you for the {n}|thanks {w}|sorry about {n}|yes {v} it|no don't {v} it|that is {a}|that's not {a}|not {n}|{v} {n}
{v} my {n} {t}|{n} {m}|{n} in {p}|{n} for {w}|{n} {t}|{n}|{n} please|{n} of {m}|{a} {n}|do {n} and {m} {v}|hey can you {v} {n}|ok {v} {n}|so how is {n}
and what about {n}|what about {m}|{v} the {n} from {p} to {q}`.split(/[|\n]/).filter((pattern) => pattern !== '');
const FILLERS: Record<string, string[]> = {
  p: 'paris|london|new york|tokyo|the office|home|my house|the airport|downtown|texas|germany|the store|work|school|the bank|the city'.split('|'),
  t: 'today|tomorrow|tonight|next week|on monday|this month|at 5 pm|in an hour|last night|right now|by friday|this weekend|in june|yesterday'.split('|'),
  w: 'my wife|my boss|my mom|john|my friend|a customer|the team|my doctor|someone|my son|the company|my landlord'.split('|'),
  num: 'two|five|10|100|thirty|a dozen|3|50 dollars|a thousand|several'.split('|'),
};

/** `count` different questions; common words come more often, as they do in life. */
export function makeQuestions({ nouns, verbs, adjectives, pairs, rank }: WordNet, count: number): string[] {
  const next = chances(5);
  const [noun, verb, adjective] = [nouns, verbs, adjectives].map((words) => drawer(words, rank, next)) as [() => string, () => string, () => string];
  const pick = (list: string[]): string => list[Math.floor(next() * list.length)] ?? '';
  function thing(): string {
    const chance = next();
    if (chance < 0.22) return pick(pairs);
    if (chance < 0.37) return `${noun()} ${noun()}`;
    if (chance < 0.5) return `${adjective()} ${noun()}`;
    return chance < 0.56 ? `${noun()}s` : noun();
  }
  const fill: Record<string, () => string> = { n: thing, m: thing, v: verb, a: adjective, q: () => pick(FILLERS['p'] ?? []), num2: () => pick(FILLERS['num'] ?? []) };
  const questions = new Set<string>();
  while (questions.size < count) {
    questions.add(pick(PATTERNS).replace(/\{(\w+)\}/g, (_, name: string) => fill[name]?.() ?? pick(FILLERS[name] ?? [])));
  }
  return [...questions];
}

function drawer(words: string[], rank: Map<string, number>, next: () => number): () => string {
  const sums: number[] = [];
  for (const word of words) sums.push((sums.at(-1) ?? 0) + 1 / ((rank.get(word) ?? 0) + 150) ** 0.6);
  return () => {
    const wanted = next() * (sums.at(-1) ?? 0);
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return words[low] ?? '';
  };
}

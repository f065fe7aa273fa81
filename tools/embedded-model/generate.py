"""Makes training conversations and the held-out sets of the evaluator, from seeds alone.

    python3 generate.py --held-out ../../tests/Benchmarks/embedded-quality
    python3 generate.py --show 20
"""

import argparse
import json
import pathlib
import tarfile
from collections import Counter

import facts as f
import talk
import toolbox
from talk import turn
from words import World

REFUSAL = "The passage does not say."
NO_TOOL = "None of my tools can do that."

SYSTEMS = ("You are a helpful assistant.", "You are Slerp's embedded demonstration model.", "You are a friendly assistant of a small company.",
           "Answer briefly.", "Be short and exact.", "You help the people of our company.")
PASSAGE_SYSTEMS = ("Answer from the passage only.", "Answer the question from the given text. If the text does not say it, say so.",
                   "You answer questions about documents.", "Use only the given context.", "Answer briefly from the passage.")
PROMPTS = (
    "Passage: {p}\n\nQuestion: {q}", "{p}\n\n{q}", "Read this passage:\n{p}\n\n{q}", "Context:\n{p}\n\nQuestion: {q}",
    "{q}\n\nPassage: {p}", "Answer from the passage.\n\nPassage: {p}\n\nQuestion: {q}", "Text: {p}\nQuestion: {q}\nAnswer:",
    "Question: {q}\n\nContext: {p}", "Use the following text to answer.\n\n{p}\n\nQuestion: {q}", "Here is a text: {p} {q}",
    "Answer the question using only this context.\n\nContext:\n{p}\n\nQuestion: {q}", "Given the passage \"{p}\", {q}")


def maybe_system(world, systems, share):
    return [turn("system", world.pick(systems))] if world.chance(share) else []


def layout(world, groups):
    """One or several passages as one text."""
    texts = [f.passage(world, group) for group in groups]
    if len(texts) == 1:
        return texts[0]
    style = world.random.random()
    if style < 0.4:
        return "\n".join(f"[{i + 1}] {t}" for i, t in enumerate(texts))
    if style < 0.6:
        return "\n".join("- " + t for t in texts)
    if style < 0.75:
        return "\n\n".join(f"Passage {i + 1}: {t}" for i, t in enumerate(texts))
    return "\n".join(texts)


def background(world, count=None):
    """Groups of facts whose (subject, attribute) pairs are all different."""
    groups, seen = [], set()
    for _ in range(count or world.pick((1, 1, 1, 1, 2, 3))):
        group = [x for x in f.group(world, world.pick((1, 2, 2, 3, 3, 4, 5, 6)))[:6]
                 if (x.subject.lower(), x.relation.questions[0]) not in seen]
        seen.update((x.subject.lower(), x.relation.questions[0]) for x in group)
        if group:
            groups.append(group)
    return groups


def ask_prompt(world, passage, question):
    return world.pick(PROMPTS).replace("{p}", passage).replace("{q}", question)


def missing(world, groups):
    """A question about the passage's matter that it does not answer."""
    facts = [x for group in groups for x in group]
    asked = {(x.subject.lower(), x.relation.questions[0]) for x in facts}
    known = world.pick(facts)
    while True:
        if world.chance(0.5):
            make = f.invented_subject if known.relation.kind == "thing" else f.SUBJECT_MAKERS[known.relation.kind]
            other = f.Fact(known.relation, make(world), "")
        else:
            new = f.invented_relation(world) if known.relation.kind == "thing" or world.chance(0.3) else world.pick(f.BY_KIND[known.relation.kind])
            other = f.Fact(new, known.subject, "")
        clash = {x.relation.questions[0] for x in facts if x.subject.lower() == other.subject.lower()}
        if (other.subject.lower(), other.relation.questions[0]) not in asked and not ambiguous(other.relation, clash):
            return other.ask(world), REFUSAL


def questioning(world, answerable):
    """A passage and a first question that it answers or not, then perhaps more questions about it."""
    groups = background(world)
    facts = [x for group in groups for x in group]
    world.random.shuffle(facts)
    answered = iter(facts)
    question, answer = first(world, answered) if answerable else missing(world, groups)
    messages = maybe_system(world, PASSAGE_SYSTEMS, 0.25)
    messages += [turn("user", ask_prompt(world, layout(world, groups), question)), turn("assistant", answer)]
    for _ in range(world.pick((0, 0, 1, 2, 3, 4))):
        question, answer = missing(world, groups) if world.chance(0.2) else first(world, answered) or missing(world, groups)
        messages += [turn("user", question), turn("assistant", answer)]
    return {"messages": messages}


def long_questioning(world, library):
    """Many passages, some of them book prose, and several questions about the facts among them: contexts past 1,000 tokens."""
    groups = background(world, world.random.randint(4, 16))
    facts = [x for group in groups for x in group]
    world.random.shuffle(facts)
    answered = iter(facts)
    texts = [f.passage(world, group) for group in groups]
    if library and world.chance(0.6):
        for _ in range(world.random.randint(1, 4)):
            texts.insert(world.random.randint(0, len(texts)), library.prose(world, world.pick((200, 500, 800)))[1])
    numbered = world.chance(0.5)
    passage = "\n".join(f"[{i + 1}] {t}" if numbered else t for i, t in enumerate(texts))
    question, answer = first(world, answered)
    messages = maybe_system(world, PASSAGE_SYSTEMS, 0.25)
    messages += [turn("user", ask_prompt(world, passage, question)), turn("assistant", answer)]
    for _ in range(world.random.randint(3, 10)):
        question, answer = missing(world, groups) if world.chance(0.15) else first(world, answered) or missing(world, groups)
        messages += [turn("user", question), turn("assistant", answer)]
    return {"messages": messages}


def first(world, facts):
    fact = next(facts, None)
    return fact and (fact.ask(world), fact.value)


AMBIGUOUS = ({"Where does {s} live?", "Where was {s} born?"}, {"What does {s} contain?", "What is in {s}?"},
             {"What is the status of {s}?", "What is the total of {s}?"})


def ambiguous(asked, present):
    """Questions that another fact of the same subject could be read to answer."""
    first = asked.questions[0]
    return any(first in pair and pair & present for pair in AMBIGUOUS)


def tool_call(world, seen):
    wanted, offered = toolbox.choice(world, seen)
    asked, arguments = wanted.ask(world)
    asked = world.pick((asked, asked, asked, asked[0].lower() + asked[1:]))
    messages = maybe_system(world, SYSTEMS, 0.15)
    if world.chance(0.08):
        question, answer = talk.exchange(world)
        messages += [turn("user", question), turn("assistant", answer)]
    messages += [turn("user", asked), call(wanted, arguments)]
    return {"messages": messages, "tools": [t.schema() for t in offered], "offered": offered}


def call(tool, arguments):
    return {"role": "assistant", "tool_calls": [{"name": tool.name, "arguments": arguments}]}


def tool_talk(world, seen):
    """A tool call and what may follow: results said, further calls."""
    sample = tool_call(world, seen)
    for _ in range(world.pick((0, 0, 1, 1, 2))):
        last = sample["messages"][-1]["tool_calls"][0]["name"]
        content, _, answer = outcome(world)
        sample["messages"] += [{"role": "tool", "name": last, "content": content}, turn("assistant", answer)]
        wanted = world.pick(sample["offered"])
        asked, arguments = wanted.ask(world)
        sample["messages"] += [turn("user", asked), call(wanted, arguments)]
    return sample


def no_tool(world):
    """Tools are on offer but none is needed, or none fits."""
    _, offered = toolbox.choice(world, world.chance(0.5))
    if world.chance(0.5):
        messages = talk.conversation(world)
    elif world.chance(0.4):
        messages = questioning(world, True)["messages"]
    else:
        other, _ = toolbox.choice(world, world.chance(0.5))
        names = {t.name for t in offered}
        if other.name in names:
            return no_tool(world)
        messages = [turn("user", other.ask(world)[0]), turn("assistant", NO_TOOL)]
    return {"messages": messages, "tools": [t.schema() for t in offered]}


def result_value(world):
    return world.pick((lambda: world.number(2, 9000), lambda: world.proper(), lambda: world.word(), lambda: world.code(), lambda: world.date(),
                       lambda: toolbox.number(world)[0], lambda: world.person(), lambda: world.city(), lambda: world.money(),
                       lambda: world.pick(("open", "done", "sent", "paid", "ready", "sunny", "cloudy", "confirmed", "delayed")),
                       lambda: f"{world.random.randint(2, 35)} degrees and {world.pick(('sunny', 'cloudy', 'windy', 'rainy', 'clear'))}"))()


def result_name(world):
    return world.pick((world.trait, lambda: world.listed(toolbox.PARAMETERS), world.trait, world.word,
                       lambda: world.pick(("result", "temperature", "status", "total", "answer", "message"))))()


def outcome(world):
    """A tool's result, the values its sentence must hold, and the sentence."""
    style = world.random.random()
    if style < 0.30:
        value = str(result_value(world))
        return value if world.chance(0.5) else json.dumps(value), [value], f"The result is {value}."
    if style < 0.42:
        relation = world.pick(f.RELATIONS)
        fact = f.Fact(relation, f.SUBJECT_MAKERS[relation.kind](world), relation.value(world))
        answer = fact.state(world)
        return answer if world.chance(0.5) else json.dumps(answer, ensure_ascii=False), [fact.value], answer
    if style < 0.5:
        reason = f"{result_name(world)} {world.word()} not found"
        return json.dumps({"error": reason}) if world.chance(0.5) else f"Error: {reason}", [reason], f"The tool failed: {reason}."
    fields = {result_name(world): result_value(world) for _ in range(world.pick((1, 1, 2, 2, 3)))}
    return json.dumps(fields, ensure_ascii=False), [str(v) for v in fields.values()], sentence_of(fields)


def tool_result(world):
    """A call, its result, and the sentence that says it; `says` lists the values the sentence must hold."""
    sample = tool_call(world, world.chance(0.5))
    content, says, answer = outcome(world)
    name = sample["messages"][-1]["tool_calls"][0]["name"]
    sample["messages"] += [{"role": "tool", "name": name, "content": content}, turn("assistant", answer)]
    sample["says"] = says
    if world.chance(0.1):
        sample["messages"] += [turn("user", talk.surface(world, "thank you")), turn("assistant", "You are welcome!")]
    return sample


def sentence_of(fields):
    return "The " + toolbox.join([("the " if i else "") + f"{toolbox.spoken_name(k)} is {v}" for i, (k, v) in enumerate(fields.items())]) + "."


def extraction(world):
    """Named fields of a passage as JSON."""
    group = [x for x in f.one_subject(world, world.pick((2, 3, 4)))]
    named = {}
    for fact in group:
        question = fact.relation.questions[0]
        field = question.split(" the ")[1].split(" of ")[0] if " the " in question and " of {s}" in question else None
        if field and len(field.split()) < 4:
            named[field.replace(" ", "_")] = fact.value
    if not named:
        return extraction(world)
    wanted = {k: v for k, v in named.items() if world.chance(0.7)} or named
    if world.chance(0.15):
        wanted[world.trait()] = None
        wanted = {k: v for k, v in wanted.items() if k not in named or v is not None}
    listing = world.pick((", ", " and ")).join(wanted) if len(wanted) == 2 else ", ".join(wanted)
    text = f.passage(world, group)
    prompt = world.pick(("Extract {k} as JSON.\n\n{p}", "{p}\n\nGive me JSON with the fields {k}.", "Text: {p}\nReturn a JSON object with {k}.",
                         "Give {k} from this text as JSON: {p}", "Read the passage and answer with a JSON object with the fields {k}.\n\nPassage: {p}"))
    return {"messages": [turn("user", prompt.replace("{p}", text).replace("{k}", listing)), turn("assistant", json.dumps(wanted, ensure_ascii=False))]}


def anything(world):
    """A random value of any kind."""
    return world.pick((world.word, world.proper, world.code, world.person, world.city, world.amount, world.date, world.email, world.phone,
                       world.thing, lambda: toolbox.phrase(world), lambda: str(world.number(2, 99999)), lambda: world.company()))()


def repetition(world):
    """Copying in its plain forms: repeat, pick from a list, look up a key."""
    style = world.random.random()
    if style < 0.3:
        text = " ".join(str(anything(world)) for _ in range(world.random.randint(1, 5)))
        asked = world.pick(("Repeat: {v}", "Say {v}", "Repeat after me: {v}", "Copy this text: {v}", 'Say "{v}"', "Write {v}", "Echo {v}"))
        return {"messages": [turn("user", asked.replace("{v}", text)), turn("assistant", text)]}
    if style < 0.75:
        pairs = {}
        for _ in range(world.random.randint(2, 8)):
            pairs[str(world.pick((world.word, world.noun, world.trait, world.proper, world.code))())] = str(anything(world))
        key = world.pick(list(pairs))
        separator, gap = world.pick(((": ", "\n"), (" = ", "\n"), (": ", ", "), (" is ", "; "), (" = ", ", ")))
        listing = gap.join(k + separator + v for k, v in pairs.items())
        asked = world.pick(("{l}\n\nWhat is {k}?", "{l}\n\n{k}?", "Look up {k}:\n{l}", "Here is a list:\n{l}\n\nGive me the value of {k}."))
        messages = [turn("user", asked.replace("{l}", listing).replace("{k}", key)), turn("assistant", pairs[key])]
        while world.chance(0.4):
            key = world.pick(list(pairs))
            messages += [turn("user", world.pick(("And {k}?", "What is {k}?", "{k}?")).replace("{k}", key)), turn("assistant", pairs[key])]
        return {"messages": messages}
    facts = f.group(world, world.random.randint(2, 5))
    sentences = [fact.state(world) for fact in facts]
    text = " ".join(sentences)
    place = world.random.randrange(3)
    if place == 2:
        fact = world.random.randrange(len(facts))
        asked = f"Which sentence is about {facts[fact].subject}?"
        if sum(facts[fact].subject.lower() in s.lower() for s in sentences) > 1:
            fact, place = 0, 0
    if place < 2:
        fact = 0 if place == 0 else len(facts) - 1
        asked = world.pick((("What is the first sentence?", "Repeat the first sentence."), ("What is the last sentence?", "Repeat the last sentence."))[place])
    return {"messages": [turn("user", f"{text}\n\n{asked}"), turn("assistant", sentences[fact])]}


def echo(world, library=None):
    """A long text written again word for word: the densest lesson in copying."""
    if library and world.chance(0.5):
        text = library.prose(world, 100)[1]
    elif world.chance(0.4):
        text = layout(world, background(world))
    else:
        text = " ".join(str(anything(world)) for _ in range(world.random.randint(6, 30)))
    asked = world.pick(("Repeat: {v}", "Repeat after me: {v}", "Copy this text: {v}", "{v}\n\nRepeat this text."))
    return {"messages": [turn("user", asked.replace("{v}", text)), turn("assistant", text)]}


class Library:
    """Paragraphs of public-domain books, for fluent prose."""

    def __init__(self, archive):
        self.paragraphs = []
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                if not member.isfile():
                    continue
                author = pathlib.PurePath(member.name).name.split("__")[0].replace("_", " ")
                text = tar.extractfile(member).read().decode("utf-8", "replace")
                for paragraph in text.replace("\r", "").replace("_", "").split("\n\n"):
                    paragraph = " ".join(paragraph.translate(PLAIN).split())
                    if 80 <= len(paragraph) and paragraph[0].isalpha() and paragraph[-1] in ".!?\"'":
                        self.paragraphs.append((author, paragraph))

    def vocabulary(self, size=4000):
        """The most frequent ordinary words."""
        counts = Counter(word for _, text in self.paragraphs for word in text.split() if word.isascii() and word.isalpha() and word.islower() and len(word) > 2)
        return tuple(word for word, _ in counts.most_common(size))

    def prose(self, world, length):
        """Consecutive paragraphs of at least `length` characters, cut at a sentence."""
        start = world.random.randrange(len(self.paragraphs) - 12)
        author = self.paragraphs[start][0]
        text = ""
        for _, paragraph in self.paragraphs[start:start + 12]:
            text += ("\n" if text else "") + paragraph
            if len(text) > length:
                break
        cut = max(text.rfind(mark, 0, length * 2) for mark in (". ", "! ", "? "))
        return author, text if len(text) < length * 2 or cut < 0 else text[:cut + 1]


PLAIN = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u2014": "-", "\u2013": "-", "\u2026": "...", "*": None, "#": None})


def fluency(world, library):
    """Book prose, bare or as an answer to a request for a text."""
    author, text = library.prose(world, world.pick((200, 500, 800, 1000)))
    if world.chance(0.4):
        return {"text": text}
    if world.chance(0.5):
        cut = text.find(". ", 40)
        if 0 < cut < 300:
            asked = world.pick(("Continue: {x}", "Continue this text: {x}", "Go on: {x}", "What comes next? {x}"))
            return {"messages": [turn("user", asked.replace("{x}", text[:cut + 1])), turn("assistant", text[cut + 2:])]}
    asked = world.pick(("Tell me a story.", "Write a paragraph.", f"Write like {author}.", "Tell me something.", "Write a short text.", "Write a story.",
                        "Tell me about a journey.", "Describe a day.", f"Write a text in the manner of {author}.", "Tell me a long story."))
    return {"messages": [turn("user", asked), turn("assistant", text)]}


def talking(world):
    return {"messages": maybe_system(world, SYSTEMS, 0.3) + talk.conversation(world)}


MIX = (("passage", 22), ("long", 12), ("not_in_passage", 6), ("tool_seen", 14), ("tool_unseen", 28), ("no_tool", 4), ("tool_result", 8),
       ("talk", 4), ("extraction", 3), ("repetition", 4), ("echo", 3), ("fluency", 4))
EARLY = (("echo", 45), ("repetition", 25), ("passage", 15), ("tool_unseen", 10), ("fluency", 5))


def sample(world, library, mix=MIX):
    """One training example: {"messages", "tools"} or {"text"}, with its skill."""
    draw = world.random.random() * sum(share for _, share in mix)
    for skill, share in mix:
        draw -= share
        if draw < 0:
            break
    made = MAKERS[skill](world, library)
    made["skill"] = skill
    made.pop("offered", None)
    return made


MAKERS = {
    "passage": lambda w, l: questioning(w, True),
    "long": long_questioning,
    "not_in_passage": lambda w, l: questioning(w, False),
    "tool_seen": lambda w, l: tool_talk(w, True),
    "tool_unseen": lambda w, l: tool_talk(w, False),
    "no_tool": lambda w, l: no_tool(w),
    "tool_result": lambda w, l: tool_result(w),
    "talk": lambda w, l: talking(w),
    "extraction": lambda w, l: extraction(w),
    "repetition": lambda w, l: repetition(w),
    "echo": lambda w, l: echo(w, l),
    "fluency": lambda w, l: fluency(w, l) if l else repetition(w),
}


def pair(world):
    """A question and the passage that answers it, for retrieval."""
    group = f.one_subject(world, world.pick((1, 2, 3)))
    return world.pick(group).ask(world), f.passage(world, group)


def held_out(skill, count, seed):
    """Cases with values that training never draws."""
    world = World(seed, held=True)
    cases = []
    while len(cases) < count:
        made = MAKERS[skill](world, None)
        messages = made["messages"]
        start = next(i for i, m in enumerate(messages) if m["role"] == "assistant")
        if skill == "tool_result":
            last = next(i for i, m in enumerate(messages) if m["role"] == "tool") + 1
        elif skill.startswith("tool"):
            last = next(i for i, m in enumerate(messages) if m.get("tool_calls"))
        else:
            last = start
        answer = messages[last]
        expected = answer["tool_calls"][0] if answer.get("tool_calls") else answer["content"]
        case = {"skill": skill, "messages": messages[:last], "tools": made.get("tools", []), "expected": expected}
        if skill == "tool_result":
            case["says"], case["answer"] = made["says"], answer["content"]
        cases.append(case)
    return cases


def held_out_retrieval(questions, passages, seed):
    world = World(seed, held=True)
    lines = []
    asked = []
    for index in range(passages):
        question, text = pair(world)
        lines.append({"kind": "passage", "id": index, "text": text})
        asked.append(question)
    for index in world.random.sample(range(passages), questions):
        lines.append({"kind": "question", "text": asked[index], "expected": index})
    return lines


HELD_OUT = (("passage", 200), ("not_in_passage", 100), ("tool_seen", 200), ("tool_unseen", 200), ("tool_result", 100))


def write_held_out(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, (skill, count) in enumerate(HELD_OUT):
        write(folder / f"{skill}.jsonl", held_out(skill, count, 9000 + number))
    write(folder / "retrieval.jsonl", held_out_retrieval(100, 300, 9100))


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", type=pathlib.Path)
    parser.add_argument("--books", type=pathlib.Path)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.held_out:
        write_held_out(options.held_out)
    library = Library(options.books) if options.books else None
    world = World(options.seed)
    for _ in range(options.show):
        print(json.dumps(sample(world, library), ensure_ascii=False))


if __name__ == "__main__":
    main()

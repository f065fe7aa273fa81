"""Facts: a subject, an attribute and a value, with several ways to state them and to ask for them."""

from dataclasses import dataclass

from words import DISHES, SUBJECTS


@dataclass(frozen=True)
class Relation:
    kind: str
    value: object
    statements: tuple
    questions: tuple


@dataclass(frozen=True)
class Fact:
    relation: Relation
    subject: str
    value: str

    def state(self, world):
        return fill(world.pick(self.relation.statements), self.subject, self.value)

    def ask(self, world):
        return fill(world.pick(self.relation.questions), self.subject, self.value)


def fill(pattern, subject, value):
    text = pattern.replace("{s}", subject).replace("{v}", value)
    return text[0].upper() + text[1:]


SUBJECT_MAKERS = {
    "company": lambda w: w.company(),
    "person": lambda w: w.person(),
    "product": lambda w: "the " + w.product(),
    "city": lambda w: w.city(),
    "project": lambda w: w.project(),
    "order": lambda w: w.pick(("order ", "invoice ", "ticket ", "shipment ")) + w.code(),
    "event": lambda w: "the " + w.pick((w.proper() + " ", "")) + w.listed(SUBJECTS) + w.pick((" meeting", " workshop", " session", "")),
    "place": lambda w: "the " + w.proper() + " " + w.pick(("museum", "library", "cafe", "station", "hotel", "clinic", "garden", "gym", "school")),
}


def relation(kind, value, statements, questions):
    return Relation(kind, value, tuple(statements.split("|")), tuple(questions.split("|")))


RELATIONS = (
    relation("company", lambda w: str(w.year()),
             "{s} was founded in {v}.|{s} has existed since {v}.|The founding year of {s} is {v}.|In {v}, {s} was founded.",
             "When was {s} founded?|In which year was {s} founded?|What year was {s} founded in?|What is the founding year of {s}?"),
    relation("company", lambda w: w.person(),
             "{s} is led by {v}.|The chief executive of {s} is {v}.|{v} runs {s}.|{v} is the CEO of {s}.",
             "Who leads {s}?|Who runs {s}?|Who is the CEO of {s}?|Who is the chief executive of {s}?"),
    relation("company", lambda w: w.city(),
             "{s} has its head office in {v}.|The headquarters of {s} are in {v}.|{s} is based in {v}.",
             "Where is {s} based?|Where are the headquarters of {s}?|In which city is the head office of {s}?"),
    relation("company", lambda w: str(w.number(10, 90000)),
             "{s} employs {v} people.|{s} has {v} employees.|There are {v} people working at {s}.",
             "How many people does {s} employ?|How many employees does {s} have?|How many people work at {s}?"),
    relation("company", lambda w: w.thing() + "s",
             "{s} makes {v}.|{s} sells {v}.|The main product of {s} is {v}.",
             "What does {s} make?|What does {s} sell?|What is the main product of {s}?"),
    relation("company", lambda w: w.email(),
             "{s} can be reached at {v}.|Write to {s} at {v}.|The email address of {s} is {v}.",
             "What is the email address of {s}?|How can I reach {s}?|Which email address does {s} use?"),
    relation("company", lambda w: w.money(),
             "{s} earned {v} last year.|The revenue of {s} was {v}.|Last year {s} had a revenue of {v}.",
             "What was the revenue of {s}?|How much did {s} earn last year?"),
    relation("person", lambda w: w.job(),
             "{s} works as a {v}.|{s} is a {v}.|The job of {s} is {v}.",
             "What is the job of {s}?|What does {s} work as?|What is {s}'s profession?"),
    relation("person", lambda w: w.city(),
             "{s} lives in {v}.|The home of {s} is in {v}.|{s} has a house in {v}.",
             "Where does {s} live?|In which city does {s} live?|What is {s}'s home city?"),
    relation("person", lambda w: w.city(),
             "{s} was born in {v}.|{s} comes from {v}.|The birthplace of {s} is {v}.",
             "Where was {s} born?|What is the birthplace of {s}?|Where does {s} come from?"),
    relation("person", lambda w: str(w.number(10, 99)),
             "{s} is {v} years old.|The age of {s} is {v}.",
             "How old is {s}?|What is the age of {s}?|What is {s}'s age?"),
    relation("person", lambda w: w.colour(),
             "{s} likes the colour {v}.|The favourite colour of {s} is {v}.",
             "What is the favourite colour of {s}?|Which colour does {s} like?"),
    relation("person", lambda w: w.phone(),
             "The phone number of {s} is {v}.|{s} can be called at {v}.|Call {s} at {v}.",
             "What is the phone number of {s}?|How can I call {s}?|What is {s}'s phone number?"),
    relation("person", lambda w: w.company(),
             "{s} works for {v}.|{s} is employed by {v}.|The employer of {s} is {v}.",
             "Who does {s} work for?|Which company employs {s}?|Who is the employer of {s}?"),
    relation("person", lambda w: w.pick(DISHES),
             "{s} likes to eat {v}.|The favourite dish of {s} is {v}.",
             "What is the favourite dish of {s}?|What does {s} like to eat?"),
    relation("person", lambda w: w.person(),
             "{s} reports to {v}.|The manager of {s} is {v}.|{v} manages {s}.",
             "Who is the manager of {s}?|Who does {s} report to?|Who manages {s}?"),
    relation("person", lambda w: w.code(),
             "{s} sits in room {v}.|The office of {s} is {v}.|You find {s} in room {v}.",
             "Which room does {s} sit in?|Where is the office of {s}?|In which room do I find {s}?"),
    relation("product", lambda w: w.money(),
             "{s} costs {v}.|The price of {s} is {v}.|You can buy {s} for {v}.",
             "How much does {s} cost?|What is the price of {s}?|What does {s} cost?"),
    relation("product", lambda w: f"{w.number(2, 60)} {w.pick(('months', 'years', 'days', 'weeks'))}",
             "{s} has a warranty of {v}.|The warranty for {s} lasts {v}.|{s} comes with {v} of warranty.",
             "How long is the warranty for {s}?|What is the warranty of {s}?|How long does the warranty of {s} last?"),
    relation("product", lambda w: f"{w.amount()} {w.pick(('kg', 'grams', 'pounds'))}",
             "{s} weighs {v}.|The weight of {s} is {v}.",
             "How much does {s} weigh?|What is the weight of {s}?|How heavy is {s}?"),
    relation("product", lambda w: f"{w.number(2, 72)} hours",
             "The battery of {s} lasts {v}.|{s} runs for {v} on one charge.",
             "How long does the battery of {s} last?|How long does {s} run on one charge?"),
    relation("product", lambda w: w.company(),
             "{s} is made by {v}.|{v} makes {s}.|The manufacturer of {s} is {v}.",
             "Who makes {s}?|Which company makes {s}?|Who is the manufacturer of {s}?"),
    relation("product", lambda w: w.code(),
             "The part number of {s} is {v}.|{s} has the part number {v}.",
             "What is the part number of {s}?|Which part number does {s} have?"),
    relation("product", lambda w: w.colour(),
             "{s} is available in {v}.|The colour of {s} is {v}.",
             "Which colour is {s} available in?|What is the colour of {s}?"),
    relation("city", lambda w: str(w.number(1000, 9000000)),
             "{s} has {v} inhabitants.|The population of {s} is {v}.|{v} people live in {s}.",
             "How many people live in {s}?|What is the population of {s}?|How many inhabitants does {s} have?"),
    relation("city", lambda w: w.person(),
             "The mayor of {s} is {v}.|{v} is the mayor of {s}.|{s} has a mayor called {v}.",
             "Who is the mayor of {s}?|What is the name of the mayor of {s}?"),
    relation("city", lambda w: "the " + w.proper(),
             "{s} lies on the river called {v}.|The river that flows through {s} is {v}.",
             "Which river flows through {s}?|On which river does {s} lie?"),
    relation("city", lambda w: w.thing() + "s",
             "{s} is famous for its {v}.|Many people know {s} for its {v}.",
             "What is {s} famous for?|What is {s} known for?"),
    relation("project", lambda w: w.person(),
             "{s} is managed by {v}.|The manager of {s} is {v}.|{v} is responsible for {s}.",
             "Who manages {s}?|Who is responsible for {s}?|Who is the manager of {s}?"),
    relation("project", lambda w: w.date(),
             "{s} must be finished by {v}.|The deadline of {s} is {v}.|{s} ends on {v}.",
             "What is the deadline of {s}?|When must {s} be finished?|When does {s} end?"),
    relation("project", lambda w: w.money(),
             "{s} has a budget of {v}.|The budget of {s} is {v}.|For {s} there is a budget of {v}.",
             "What is the budget of {s}?|How much money does {s} have?|How large is the budget of {s}?"),
    relation("project", lambda w: w.proper(),
             "The password for {s} is {v}.|{s} uses the code name {v}.|The code name of {s} is {v}.",
             "What is the code name of {s}?|What is the password for {s}?|Which code name does {s} use?"),
    relation("project", lambda w: str(w.number(2, 400)),
             "{s} has a team of {v} people.|{v} people work on {s}.",
             "How many people work on {s}?|How large is the team of {s}?"),
    relation("order", lambda w: w.date(),
             "{s} arrives on {v}.|{s} will be delivered on {v}.|The delivery date of {s} is {v}.",
             "When does {s} arrive?|When will {s} be delivered?|What is the delivery date of {s}?"),
    relation("order", lambda w: w.money(),
             "The total of {s} is {v}.|{s} amounts to {v}.|{s} has a total of {v}.",
             "What is the total of {s}?|How much is {s}?|What does {s} amount to?"),
    relation("order", lambda w: w.pick(("open", "closed", "pending", "paid", "cancelled", "delayed", "shipped", "approved", "rejected")),
             "The status of {s} is {v}.|{s} is {v}.|{s} is currently {v}.",
             "What is the status of {s}?|Which status does {s} have?"),
    relation("order", lambda w: w.person(),
             "{s} belongs to {v}.|{s} was placed by {v}.|{v} is the customer of {s}.",
             "Who is the customer of {s}?|Who does {s} belong to?|Who placed {s}?"),
    relation("order", lambda w: f"{w.number(2, 500)} {w.thing()}s",
             "{s} contains {v}.|There are {v} in {s}.",
             "What does {s} contain?|What is in {s}?"),
    relation("event", lambda w: w.time(),
             "{s} starts at {v}.|The start of {s} is at {v}.|At {v}, {s} begins.",
             "When does {s} start?|At what time does {s} begin?|At what time does {s} start?"),
    relation("event", lambda w: w.pick(("room ", "hall ")) + w.code(),
             "{s} takes place in {v}.|{s} will be held in {v}.|Come to {v} for {s}.",
             "Where does {s} take place?|Where will {s} be held?|Where is {s}?"),
    relation("event", lambda w: w.weekday(),
             "{s} is on {v}.|{s} takes place every {v}.|Join us for {s} on {v}.",
             "On which day is {s}?|Which day is {s}?|What day does {s} take place?"),
    relation("event", lambda w: w.person(),
             "{s} is organised by {v}.|The host of {s} is {v}.|{v} hosts {s}.",
             "Who organises {s}?|Who hosts {s}?|Who is the host of {s}?"),
    relation("place", lambda w: w.hours(),
             "{s} is open from {v}.|The opening hours of {s} are {v}.",
             "When is {s} open?|What are the opening hours of {s}?"),
    relation("place", lambda w: f"{w.number(2, 300)} {w.proper()} {w.pick(('Street', 'Road', 'Avenue', 'Lane'))}",
             "The address of {s} is {v}.|{s} is at {v}.|You find {s} at {v}.",
             "What is the address of {s}?|Where is {s}?|Where do I find {s}?"),
    relation("place", lambda w: w.money(),
             "A ticket for {s} costs {v}.|Entry to {s} costs {v}.|The entry fee of {s} is {v}.",
             "How much is a ticket for {s}?|What does entry to {s} cost?|What is the entry fee of {s}?"),
    relation("place", lambda w: str(w.year()),
             "{s} was built in {v}.|{s} opened in {v}.",
             "When was {s} built?|In which year did {s} open?"),
    relation("place", lambda w: w.person(),
             "{s} is owned by {v}.|The owner of {s} is {v}.|{v} owns {s}.",
             "Who owns {s}?|Who is the owner of {s}?"),
    relation("place", lambda w: w.phone(),
             "The phone number of {s} is {v}.|Call {s} at {v}.",
             "What is the phone number of {s}?|How do I call {s}?"),
)

BY_KIND = {kind: tuple(r for r in RELATIONS if r.kind == kind) for kind in SUBJECT_MAKERS}
KINDS = tuple(SUBJECT_MAKERS)

FILLERS = """The weather was mild that week.|Many visitors asked about it.|More details will follow soon.|Nothing else has changed.
|Please read this carefully.|The notes were updated last week.|Questions are welcome at any time.|Everyone was pleased with the result.
|This page is kept up to date.|The list below is short.|It was a quiet morning.|Some of the work is still open.
|Thank you for your patience.|The team met again in the afternoon.|There was little traffic on the road.|A copy of this note is kept in the archive.
|Lunch was served in the garden.|The old rules still apply.|The lights stayed on all night.|We hope this helps.""".replace("\n", "").split("|")


def invented_relation(world):
    """"The TRAIT of SUBJECT is VALUE" with any trait word."""
    trait = world.trait() if world.chance(0.6) else world.word()
    make = world.pick((lambda w: w.proper(), lambda w: w.word(), lambda w: w.code(), lambda w: w.amount(),
                       lambda w: f"{w.number(2, 900)} {w.pick(('meters', 'units', 'points', 'liters', 'minutes', 'pages'))}",
                       lambda w: w.thing(), lambda w: w.person(), lambda w: w.colour(), lambda w: w.date()))
    return Relation("thing", make,
                    (f"The {trait} of {{s}} is {{v}}.", f"{{s}} has the {trait} {{v}}.", f"For {{s}}, the {trait} is {{v}}."),
                    (f"What is the {trait} of {{s}}?", f"Which {trait} does {{s}} have?", f"Tell me the {trait} of {{s}}."))


def invented_subject(world):
    return world.pick((lambda: "the " + world.word(), lambda: "the " + world.noun(), world.proper,
                       lambda: "the " + world.word() + " " + world.noun(), lambda: world.noun() + " " + world.code()))()


def one_subject(world, count):
    """Several facts about one subject."""
    if world.chance(0.3):
        subject = invented_subject(world)
        relations = [invented_relation(world) for _ in range(count)]
        relations = list({r.questions[0]: r for r in relations}.values())
    else:
        kind = world.pick(KINDS)
        subject = SUBJECT_MAKERS[kind](world)
        relations = world.random.sample(BY_KIND[kind], min(count, len(BY_KIND[kind])))
    return [Fact(r, subject, r.value(world)) for r in relations]


def one_relation(world, count):
    """The same attribute of several subjects."""
    if world.chance(0.3):
        relation_ = invented_relation(world)
        makers = [invented_subject] * count
    else:
        relation_ = world.pick(RELATIONS)
        makers = [SUBJECT_MAKERS[relation_.kind]] * count
    subjects = dict.fromkeys(make(world) for make in makers)
    return [Fact(relation_, subject, relation_.value(world)) for subject in subjects]


def group(world, count):
    """A set of facts for one passage; never two with the same subject and attribute."""
    style = world.random.random()
    if style < 0.4:
        facts = one_subject(world, count)
    elif style < 0.7:
        facts = one_relation(world, count)
    else:
        first = max(1, count // 2)
        facts = one_subject(world, first) + one_subject(world, max(1, count - first))
    if world.chance(0.3):
        world.random.shuffle(facts)
    return facts


def passage(world, facts, fillers=0.15):
    """The facts as sentences; a repeated subject becomes "It" where that stays clear."""
    sentences = []
    previous = None
    for fact in facts:
        text = fact.state(world)
        opening = fact.subject[0].upper() + fact.subject[1:]
        if previous == fact.subject and fact.relation.kind not in ("person", "event") and world.chance(0.4) and text.startswith(opening + " "):
            text = "It" + text[len(opening):]
        sentences.append(text)
        previous = fact.subject
        if world.chance(fillers):
            sentences.append(world.pick(FILLERS))
            previous = None
    return " ".join(sentences)

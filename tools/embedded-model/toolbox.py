"""Tools with requests that call them: a fixed family (seen) and freely invented ones."""

from dataclasses import dataclass

from words import COLOURS, DISHES, SUBJECTS, WEEKDAYS


@dataclass(frozen=True)
class Tool:
    """One tool, its ways to be asked for, and how its parameters draw values."""

    name: str
    description: str
    parameters: dict
    requests: tuple
    results: tuple = ()

    def schema(self):
        mentioned = [name for name in self.parameters if all("{" + name + "}" in r for r in self.requests)]
        return schema(self.name, self.description, {n: json_type(kind) for n, (kind, _) in self.parameters.items()}, mentioned)

    def ask(self, world):
        """A request and the arguments it gives."""
        request = world.pick(self.requests)
        arguments = {}
        for name, (_, draw) in self.parameters.items():
            if "{" + name + "}" in request:
                value = draw(world)
                value, spoken = value if isinstance(value, tuple) else (value, str(value))
                arguments[name] = value
                request = request.replace("{" + name + "}", spoken)
        return request, arguments


def schema(name, description, properties, required):
    parameters = {"type": "object", "properties": properties}
    if required:
        parameters["required"] = required
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def json_type(kind):
    return {"type": "string", "enum": list(kind)} if isinstance(kind, tuple) else {"type": kind}


def number(world):
    value = round(world.number(2, 900) + world.random.randint(1, 9) / 10, 1)
    return value, str(value)


def phrase(world):
    """A few words somebody could want to send, search or note."""
    return world.pick((
        lambda: f"the {world.listed(SUBJECTS)} is {world.pick(('ready', 'late', 'cancelled', 'open', 'finished'))}",
        lambda: f"call {world.first()} about the {world.listed(SUBJECTS)}",
        lambda: f"buy {world.number(2, 40)} {world.thing()}s",
        lambda: f"{world.word()} {world.noun()}",
        lambda: f"{world.listed(SUBJECTS)} {world.listed(SUBJECTS)}",
        lambda: f"meet {world.person()} at {world.time()}",
        lambda: f"bring the {world.thing()} to {world.city()}"))()


def tool(name, description, parameters, requests, results=""):
    return Tool(name, description, parameters, tuple(requests.split("|")), tuple(r for r in results.split("|") if r))


def one_of(*values):
    return (values, lambda w: w.pick(values))


STRING, INTEGER, NUMBER, BOOLEAN = "string", "integer", "number", "boolean"
ON_OFF = (BOOLEAN, lambda w: w.pick(((True, "on"), (False, "off"))))

SEEN = (
    tool("get_weather", "Get the current weather in a city.", {"city": (STRING, lambda w: w.city())},
         "What is the weather in {city}?|How is the weather in {city} today?|Weather in {city}, please.|Tell me the weather for {city}.|Is it raining in {city}?|What's the weather like in {city}?"),
    tool("get_forecast", "Get the weather forecast for a city and a number of days.",
         {"city": (STRING, lambda w: w.city()), "days": (INTEGER, lambda w: w.random.randint(2, 14))},
         "Give me the forecast for {city} for {days} days.|What will the weather be in {city} over the next {days} days?|I need a {days} day forecast for {city}."),
    tool("get_time", "Get the current time in a city.", {"city": (STRING, lambda w: w.city())},
         "What time is it in {city}?|Tell me the time in {city}.|What is the current time in {city}?|Do you know the time in {city}?"),
    tool("set_timer", "Start a timer.", {"minutes": (INTEGER, lambda w: w.number(2, 180))},
         "Set a timer for {minutes} minutes.|Start a {minutes} minute timer.|Please wake me in {minutes} minutes.|Timer, {minutes} minutes."),
    tool("send_email", "Send an email.", {"to": (STRING, lambda w: w.email()), "subject": (STRING, phrase)},
         "Send an email to {to} with the subject {subject}.|Email {to} with the subject {subject}.|Write to {to}, subject {subject}."),
    tool("send_message", "Send a text message to a person.", {"recipient": (STRING, lambda w: w.first()), "text": (STRING, phrase)},
         "Send {recipient} the message {text}.|Tell {recipient}: {text}.|Text {recipient} that {text}.|Message {recipient}: {text}."),
    tool("get_order_status", "Look up the status of an order.", {"order_id": (STRING, lambda w: w.code())},
         "Where is my order {order_id}?|What is the status of order {order_id}?|Check order {order_id}.|Has order {order_id} been shipped?|Can you track order {order_id}?"),
    tool("cancel_order", "Cancel an order.", {"order_id": (STRING, lambda w: w.code()), "reason": (STRING, phrase)},
         "Cancel order {order_id} because {reason}.|Please cancel order {order_id}. The reason: {reason}."),
    tool("convert_currency", "Convert an amount of money from one currency to another.",
         {"amount": (NUMBER, lambda w: w.pick((w.number(2, 9000), number(w)))), "source": one_of("USD", "EUR", "GBP", "JPY", "CHF", "SEK"), "target": one_of("CAD", "AUD", "INR", "NOK", "PLN", "BRL")},
         "Convert {amount} {source} to {target}.|How much is {amount} {source} in {target}?|Change {amount} {source} into {target}."),
    tool("add_numbers", "Add two numbers.", {"a": (INTEGER, lambda w: w.number(2, 9999)), "b": (INTEGER, lambda w: w.number(2, 9999))},
         "What is {a} plus {b}?|Add {a} and {b}.|Compute {a} + {b}.|What is the sum of {a} and {b}?"),
    tool("multiply", "Multiply two numbers.", {"a": (INTEGER, lambda w: w.number(2, 999)), "b": (INTEGER, lambda w: w.number(2, 999))},
         "What is {a} times {b}?|Multiply {a} by {b}.|Compute {a} * {b}.|Calculate {a} times {b}."),
    tool("create_event", "Create a calendar event.", {"title": (STRING, phrase), "date": (STRING, lambda w: w.iso()), "time": (STRING, lambda w: w.time())},
         "Create an event called {title} on {date} at {time}.|Put {title} in my calendar for {date} at {time}.|Schedule {title} on {date} at {time}."),
    tool("find_contact", "Find a person in the address book.", {"name": (STRING, lambda w: w.person())},
         "Find the contact {name}.|Look up {name}.|What is the number of {name}?|Search my contacts for {name}."),
    tool("search_documents", "Search the company documents.", {"query": (STRING, phrase)},
         "Search the documents for {query}.|Find documents about {query}.|Look for {query} in our documents.|What do our documents say about {query}?"),
    tool("translate", "Translate a text into another language.", {"text": (STRING, phrase), "language": one_of("German", "French", "Spanish", "Italian", "Polish", "Dutch")},
         "Translate {text} into {language}.|How do you say {text} in {language}?|Say {text} in {language}."),
    tool("set_light", "Switch the light in a room on or off.", {"room": one_of("kitchen", "bedroom", "office", "hall", "garage"), "on": ON_OFF},
         "Turn the light in the {room} {on}.|Switch {on} the {room} light.|Turn {on} the light in the {room}, please."),
    tool("set_temperature", "Set the heating of a room.", {"room": one_of("kitchen", "bedroom", "office", "hall", "garage"), "degrees": (NUMBER, lambda w: w.pick((w.number(10, 30), (20.5, "20.5"), (18.5, "18.5"))))},
         "Set the {room} to {degrees} degrees.|Heat the {room} to {degrees} degrees.|I want {degrees} degrees in the {room}."),
    tool("play_music", "Play music by an artist.", {"artist": (STRING, lambda w: w.person())},
         "Play music by {artist}.|I want to hear {artist}.|Play something by {artist}, please.|Put on {artist}."),
    tool("book_table", "Book a table in a restaurant.", {"restaurant": (STRING, lambda w: w.proper()), "people": (INTEGER, lambda w: w.number(2, 40)), "time": (STRING, lambda w: w.time())},
         "Book a table for {people} people at {restaurant} at {time}.|Reserve a table at {restaurant} for {people} at {time}.|I need a table at {restaurant} at {time} for {people} people."),
    tool("order_food", "Order food.", {"dish": (STRING, lambda w: w.pick(DISHES)), "quantity": (INTEGER, lambda w: w.number(2, 60))},
         "Order {quantity} portions of {dish}.|I would like {quantity} times {dish}.|Please order {dish}, {quantity} portions."),
    tool("get_stock_price", "Get the price of a stock.", {"symbol": (STRING, lambda w: w.own(lambda: "".join(w.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(4))))},
         "What is the price of {symbol}?|How is the stock {symbol} doing?|Give me the stock price of {symbol}."),
    tool("create_invoice", "Create an invoice for a customer.", {"customer": (STRING, lambda w: w.company()), "amount": (NUMBER, lambda w: w.pick((w.number(2, 9000), number(w))))},
         "Create an invoice for {customer} over {amount}.|Bill {customer} {amount}.|Write an invoice of {amount} for {customer}."),
    tool("add_note", "Save a note.", {"text": (STRING, phrase)},
         "Note: {text}.|Remember this: {text}.|Save a note that says {text}.|Add the note {text}."),
    tool("get_employee", "Get the record of an employee.", {"employee_id": (INTEGER, lambda w: w.number(100, 99999))},
         "Show employee {employee_id}.|Who is employee {employee_id}?|Get the record of employee number {employee_id}."),
    tool("book_flight", "Book a flight.", {"origin": (STRING, lambda w: w.city()), "destination": (STRING, lambda w: w.city()), "date": (STRING, lambda w: w.iso())},
         "Book a flight from {origin} to {destination} on {date}.|I want to fly from {origin} to {destination} on {date}.|Fly me to {destination} from {origin} on {date}."),
    tool("list_tasks", "List the open tasks of a person.", {"person": (STRING, lambda w: w.first()), "day": (tuple(WEEKDAYS), lambda w: w.weekday())},
         "What does {person} have to do on {day}?|List the tasks of {person} for {day}.|Show me the {day} tasks of {person}."),
)

VERBS = """get find make create book list open close check update delete start stop set add remove count show fetch print order
rent reserve lock unlock paint measure compare send move copy clean repair charge scan label weigh inspect approve archive
assign cancel calculate collect deliver describe export filter import join load mark mix notify pack park pause plan post
publish rate read record register release rename report request reset restore resume review route save schedule search sell
share ship sign sort split store submit switch sync tag test track transfer upload verify watch wrap write""".split()
PARAMETERS = """name title city country street person customer owner color size length width height weight count quantity limit
amount price level mode kind type category status language format date time day month year start end duration minutes hours
code key id number reference email phone address note message text subject query topic reason label tag group team region
zone room floor shelf distance speed depth angle rate score rank age position target source path file folder account user
priority volume channel brand model version material flavor shape style theme""".split()
NATURAL = {"city": "in {v}", "country": "in {v}", "date": "on {v}", "time": "at {v}", "day": "on {v}", "person": "for {v}", "customer": "for {v}",
           "room": "in {v}", "source": "from {v}", "target": "to {v}", "start": "from {v}", "end": "until {v}", "reason": "because of {v}", "owner": "for {v}"}


def parameter_name(world):
    style = world.random.random()
    if style < 0.55:
        return world.listed(PARAMETERS)
    if style < 0.75:
        return world.word()
    first, second = world.pick((world.listed(PARAMETERS), world.word(), world.noun())), world.pick(("id", "name", "code", "count", "date", "type", "level"))
    return f"{first}_{second}" if world.chance(0.6) else first + second.capitalize()


def spoken_name(name):
    return "".join(" " + c.lower() if c.isupper() else " " if c == "_" else c for c in name)


def parameter(world):
    """A JSON type with a way to draw its values, and the parameter's name."""
    name = parameter_name(world)
    style = world.random.random()
    if style < 0.52:
        draw = world.pick((lambda w: w.word(), lambda w: w.proper(), lambda w: w.code(), lambda w: w.city(), lambda w: w.person(),
                           lambda w: w.iso(), lambda w: w.thing(), lambda w: w.email(), phrase, lambda w: w.time(), lambda w: w.company()))
        return name, STRING, draw
    if style < 0.74:
        high = world.pick((20, 100, 1000, 90000))
        return name, INTEGER, lambda w: w.number(2, high)
    if style < 0.82:
        return name, NUMBER, number
    if style < 0.90:
        return name, BOOLEAN, lambda w: w.chance(0.5)
    values = tuple(dict.fromkeys(world.pick((world.word, world.colour, world.noun, lambda: world.listed(PARAMETERS)))() for _ in range(world.random.randint(2, 5))))
    return name, values, lambda w: w.pick(values)


class Invented:
    """A tool nobody has seen before, with requests that name its parameters."""

    def __init__(self, world, verb=None, noun=None):
        self.verb = verb or (world.listed(VERBS) if world.chance(0.85) else world.word())
        self.noun = noun or (world.word() if world.chance(0.5) else world.pick((world.noun, lambda: world.listed(SUBJECTS)))())
        style = world.random.random()
        self.name = (f"{self.verb}_{self.noun}" if style < 0.65 else self.verb + self.noun.capitalize() if style < 0.8
                     else self.verb.capitalize() + self.noun.capitalize() if style < 0.9 else f"{self.noun}_{self.verb}")
        self.description = world.pick((f"{self.verb.capitalize()} the {self.noun}.", f"{self.verb.capitalize()} a {self.noun}.",
                                       f"Use this to {self.verb} a {self.noun}.", f"{self.verb.capitalize()} {self.noun}s for the user."))
        self.parameters = {}
        for _ in range(world.pick((1, 1, 2, 2, 2, 3, 3, 4))):
            name, kind, draw = parameter(world)
            self.parameters[name] = (kind, draw)
        self.required = [name for name in self.parameters if world.chance(0.8)] or list(self.parameters)[:1]
        self.explained = world.chance(0.2)

    def schema(self):
        properties = {}
        for name, (kind, _) in self.parameters.items():
            properties[name] = json_type(kind)
            if self.explained:
                properties[name]["description"] = f"The {spoken_name(name)} of the {self.noun}."
        return schema(self.name, self.description, properties, self.required)

    def ask(self, world):
        arguments = {}
        for name, (_, draw) in self.parameters.items():
            if name in self.required or world.chance(0.6):
                value = draw(world)
                arguments[name] = value[0] if isinstance(value, tuple) else value
        order = list(arguments)
        if world.chance(0.4):
            world.random.shuffle(order)
        return request(world, self, arguments, order), arguments


def spoken_value(world, name, value, style):
    """One parameter as part of a request."""
    spoken = spoken_name(name)
    if value is True and world.chance(0.5):
        return f"with {spoken}"
    if value is False and world.chance(0.5):
        return f"without {spoken}"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if style == "natural" and name in NATURAL and isinstance(value, str):
        return NATURAL[name].replace("{v}", text)
    if style == "equals":
        return f"{spoken} = {text}"
    if style == "colon":
        return f"{spoken}: {text}"
    if style == "is":
        return f"the {spoken} is {text}"
    if isinstance(value, str) and world.chance(0.15):
        text = f'"{text}"'
    return f"{spoken} {text}"


def join(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def request(world, made, arguments, order):
    verb, noun = made.verb, made.noun
    if len(order) == 1 and isinstance(arguments[order[0]], (str, int)) and not isinstance(arguments[order[0]], bool) and world.chance(0.3):
        value = arguments[order[0]]
        return world.pick((f"{verb.capitalize()} the {noun} {value}.", f"Please {verb} {noun} {value}.", f"Can you {verb} the {noun} {value}?"))
    style = world.pick(("plain", "natural", "natural", "equals", "colon", "is"))
    parts = [spoken_value(world, name, arguments[name], style) for name in order]
    if style == "is":
        return world.pick((f"I want to {verb} a {noun}; {join(parts)}.", f"{verb.capitalize()} the {noun}; {join(parts)}.",
                           f"Please {verb} a {noun} where {join(parts)}."))
    if style in ("equals", "colon"):
        return world.pick((f"{verb.capitalize()} {noun}, {', '.join(parts)}", f"{verb.capitalize()} the {noun} with {', '.join(parts)}.",
                           f"Please {verb} a {noun}: {', '.join(parts)}"))
    opening = "" if parts[0].split()[0] in ("with", "without") or style == "natural" and parts[0].split()[0] in ("in", "on", "at", "for", "from", "to", "until", "because") else "with "
    return world.pick((f"{verb.capitalize()} the {noun} {opening}{join(parts)}.", f"Please {verb} a {noun} {opening}{join(parts)}.",
                       f"Can you {verb} the {noun} {opening}{join(parts)}?", f"I need to {verb} a {noun} {opening}{join(parts)}.",
                       f"{verb.capitalize()} a {noun} {opening}{join(parts)}, please."))


def choice(world, seen):
    """Tools on offer and the one that is asked for."""
    if seen:
        wanted = world.pick(SEEN)
        others = [t for t in world.random.sample(SEEN, 3) if t is not wanted]
    else:
        wanted = Invented(world)
        others = [Invented(world, *hard_negative(world, wanted)) for _ in range(3)]
        others = [t for t in others if t.name != wanted.name]
    count = world.pick((0, 0, 1, 1, 2))
    offered = others[:count] + [wanted]
    world.random.shuffle(offered)
    return wanted, offered


def hard_negative(world, wanted):
    """Now and then a rival with the same verb or the same noun."""
    style = world.random.random()
    if style < 0.2:
        return wanted.verb, None
    if style < 0.4:
        return None, wanted.noun
    return None, None

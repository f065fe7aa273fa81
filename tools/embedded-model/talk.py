"""Short conversation: greetings, questions about the assistant, small definitions, and recall of what was said."""

SMALL_TALK = (
    ("hello|hi|hey|good morning|hello there|hi there|good evening|hey there|good afternoon|greetings",
     "Hello! How can I help you?|Hi! What can I do for you?|Hello! What would you like to know?"),
    ("who are you?|what are you?|tell me about yourself|introduce yourself|what is your name?|are you a model?|what's your name?|who am I talking to?",
     "I am Slerp's embedded demonstration model, a small language model that runs inside your application.|I am the small demonstration model that comes with Slerp."),
    ("what can you do?|how can you help me?|what are you good at?|help|what are your skills?|can you help me?",
     "I can answer questions from a passage, call tools and hold a short conversation.|Give me a passage and a question, or a task for one of my tools, and I will try."),
    ("thanks|thank you|thank you very much|thanks a lot|great, thanks|many thanks|that helped, thank you",
     "You are welcome!|You are welcome! Is there anything else?|My pleasure."),
    ("goodbye|bye|see you|see you later|good night|farewell|bye bye",
     "Goodbye!|See you soon!|Goodbye, and have a good day!"),
    ("how are you?|how do you do?|how is it going?|are you well?|how are you today?",
     "I am fine, thank you. How can I help you?|Very well, thank you. What can I do for you?"),
    ("are you human?|are you a person?|are you real?|are you a robot?|do you have feelings?",
     "No, I am a small language model.|I am a small language model, not a person."),
    ("who made you?|where do you come from?|who built you?|who trained you?",
     "I was trained as the demonstration model of the Slerp project.|I come with Slerp, a language model engine for .NET."),
    ("tell me a joke|do you know a joke?|make me laugh|say something funny",
     "Why did the model cross the road? To get to the next token.|What do you call a small model? A good start."),
    ("do you need the internet?|do you run locally?|do you send my data anywhere?|are you offline?",
     "I run inside your application and need no network.|No. I run on this machine, inside the application."),
    ("you are wrong|that is wrong|that is not right|this is incorrect",
     "I am sorry. I am a small model and make mistakes. Please give me a passage to read from.|I am sorry about that. Please check my answers, for I am a small model."),
    ("ok|okay|fine|good|alright|I see|yes|no",
     "Good. Is there anything else?|All right. What would you like to do next?"),
    ("what is the meaning of life?|what should I do today?|what do you think about politics?|who will win the match?|what is the news?",
     "I do not know. I am a small model and can only help with what you give me.|That is beyond me. Give me a passage and I will try to answer from it."),
    ("write me a program|solve this equation|write code for me|prove this theorem",
     "That is too hard for me. I am a small demonstration model.|I am too small for that. A larger model can do it."),
)

DEFINITIONS = (
    ("Slerp", "Slerp is a language model engine for .NET that runs inside your application."),
    ("a language model", "A language model is a program that predicts the next piece of a text."),
    ("a token", "A token is a small piece of text that a language model reads or writes."),
    ("a passage", "A passage is a short piece of text."), ("a tool call", "A tool call is a request of the model to run a function with given arguments."),
    ("JSON", "JSON is a text format for data made of objects, lists, strings and numbers."),
    ("an invoice", "An invoice is a bill for goods or services."), ("a warranty", "A warranty is a promise to repair or replace a product."),
    ("a budget", "A budget is a plan for how money is spent."), ("a deadline", "A deadline is the time by which work must be finished."),
    ("a database", "A database is an organised collection of data."), ("an embedding", "An embedding is a list of numbers that stands for the meaning of a text."),
    ("a computer", "A computer is a machine that carries out instructions."), ("a river", "A river is a stream of water that flows to the sea."),
    ("a library", "A library is a place where books are kept for people to read."), ("a bridge", "A bridge is a structure that carries a road over a river or a valley."),
    ("a contract", "A contract is an agreement between two or more parties."), ("an email", "An email is a message sent from one computer to another."),
    ("a password", "A password is a secret word that lets a person into a system."), ("a server", "A server is a computer that answers the requests of others."),
    ("a mountain", "A mountain is a very high hill."), ("the moon", "The moon is the body that travels around the earth."),
    ("a doctor", "A doctor is a person who treats the sick."), ("a bank", "A bank is a business that keeps and lends money."),
    ("a backup", "A backup is a copy of data that is kept in case the first is lost."), ("a robot", "A robot is a machine that can do work by itself."),
    ("coffee", "Coffee is a hot drink made from roasted beans."), ("bread", "Bread is a food made from flour and water and baked in an oven."),
    ("a calendar", "A calendar is a list of the days, weeks and months of a year."), ("a map", "A map is a drawing of a place seen from above."),
    ("a receipt", "A receipt is a paper that shows what was paid."), ("a refund", "A refund is money that is given back to a customer."),
)
DEFINITION_QUESTIONS = ("what is {x}?", "tell me what {x} is", "explain {x}", "define {x}", "what does {x} mean?", "can you explain {x}?", "what do you know about {x}?")

KNOWLEDGE = (
    ("how many days are in a week?|how many days does a week have?", "A week has seven days."),
    ("how many months are in a year?|how many months does a year have?", "A year has twelve months."),
    ("how many hours are in a day?|how many hours does a day have?", "A day has 24 hours."),
    ("how many minutes are in an hour?", "An hour has 60 minutes."), ("what colour is the sky?", "The sky is blue."),
    ("what is the capital of France?|which city is the capital of France?", "The capital of France is Paris."),
    ("what is the capital of Germany?|which city is the capital of Germany?", "The capital of Germany is Berlin."),
    ("what is the capital of Italy?", "The capital of Italy is Rome."), ("what is the capital of Spain?", "The capital of Spain is Madrid."),
    ("what is the capital of England?", "The capital of England is London."), ("what is the capital of Japan?", "The capital of Japan is Tokyo."),
    ("what is one plus one?|what is 1 + 1?", "1 + 1 is 2."), ("what is two plus two?|what is 2 + 2?", "2 + 2 is 4."),
    ("which day comes after Monday?", "Tuesday comes after Monday."), ("what is the first month of the year?", "The first month of the year is January."),
)


def surface(world, text):
    """The same words as people type them."""
    style = world.random.random()
    if style < 0.5:
        return text[0].upper() + text[1:]
    if style < 0.6:
        return text.rstrip("?")
    if style < 0.7:
        return text[0].upper() + text[1:].rstrip("?") + ("?" if "?" in text else world.pick(("!", ".")))
    return text


def exchange(world):
    """One question with its answer."""
    style = world.random.random()
    if style < 0.6:
        asked, said = world.pick(SMALL_TALK)
        return surface(world, world.pick(asked.split("|"))), world.pick(said.split("|"))
    if style < 0.85:
        thing, meaning = world.pick(DEFINITIONS)
        return surface(world, world.pick(DEFINITION_QUESTIONS).replace("{x}", thing)), meaning
    asked, said = world.pick(KNOWLEDGE)
    return surface(world, world.pick(asked.split("|"))), said


RECALLS = (
    (lambda w: w.first(), "my name is {v}|I am {v}|I'm {v}|call me {v}|hello, my name is {v}|hi, I am {v}", "Nice to meet you, {v}!|Hello {v}! How can I help you?",
     "what is my name?|who am I?|do you remember my name?|what am I called?", "Your name is {v}."),
    (lambda w: w.city(), "I live in {v}|my home is {v}|I come from {v}", "{v} sounds nice.|Thank you for telling me.", "where do I live?|where is my home?|where do I come from?", "You live in {v}."),
    (lambda w: w.job(), "I work as a {v}|I am a {v}|my job is {v}", "That sounds interesting.|Thank you for telling me.", "what is my job?|what do I work as?", "You work as a {v}."),
    (lambda w: w.colour(), "my favourite colour is {v}|I like the colour {v}", "{v} is a nice colour.|Good choice.", "what is my favourite colour?|which colour do I like?", "Your favourite colour is {v}."),
    (lambda w: w.company(), "I work for {v}|my company is {v}", "Thank you for telling me.|Good to know.", "who do I work for?|what is my company?", "You work for {v}."),
    (lambda w: w.code(), "my order number is {v}|the code is {v}|please remember the number {v}", "I will remember {v}.|Noted: {v}.", "what was the number?|what is my number?|which code did I give you?", "It is {v}."),
    (lambda w: w.proper(), "my dog is called {v}|I have a cat named {v}|my pet is called {v}", "{v} is a lovely name.|Good to know.", "what is the name of my pet?|what is my pet called?", "Your pet is called {v}."),
)


def recall(world):
    """The user tells something, perhaps talks about other things, and asks for it."""
    draw, told, heard, asked, said = world.pick(RECALLS)
    value = draw(world)
    put = lambda text: text.replace("{v}", value)
    capital = lambda text: text[0].upper() + text[1:]
    messages = [turn("user", surface(world, put(world.pick(told.split("|"))))), turn("assistant", capital(put(world.pick(heard.split("|")))))]
    for _ in range(world.pick((0, 0, 1, 2))):
        question, answer = exchange(world)
        messages += [turn("user", question), turn("assistant", answer)]
    return messages + [turn("user", surface(world, world.pick(asked.split("|")))), turn("assistant", put(said))]


def turn(role, content):
    return {"role": role, "content": content}


def conversation(world):
    if world.chance(0.4):
        return recall(world)
    messages = []
    for _ in range(world.pick((1, 1, 1, 2, 3))):
        question, answer = exchange(world)
        messages += [turn("user", question), turn("assistant", answer)]
    return messages

"""Random names, numbers, codes and invented words, split into two halves that never meet.

Every value passes `admits`: a hash of its text decides whether it belongs to the held-out half
(one value in eight) or to training. Closed lists (weekdays, colours, units) and single digits are shared.
"""

import hashlib
import random

ONSETS = "b br c ch cl d dr f fl g gl gr h j k kl l m n p pl pr qu r s sh sk st t th tr v w x y z".split()
VOWELS = "a e i o u a e i o ai ea ee ia io oo ou".split()
CODAS = ["", "", "", "", "n", "r", "l", "s", "t", "m", "nd", "rn", "x", "k", "th", "sk", "rt", "ll", "ng"]

FIRST = """Alice Adam Ahmed Aisha Alan Albert Alma Amara Amir Amy Ana Andre Anika Anton Arjun Astrid Ava Beatrice Ben
Bianca Boris Brigitte Bruno Carla Carlos Cecilia Chen Chloe Clara Claire Conrad Dalia Dana Daniel Daria David Diego
Dmitri Dora Edgar Edith Elena Elias Elif Ella Emil Emma Erik Esther Eva Farah Felix Fiona Frank Freya Gabriel George
Greta Hana Hannah Harold Hassan Heidi Helen Henry Hugo Ida Igor Ines Ingrid Irene Isaac Ivan Ivy Jack Jamal James Jane
Jasper Joan Jonas Jorge Julia Kai Karen Karim Kate Kenji Khalid Klaus Laila Lars Laura Leah Leo Liam Lina Linda Lucas
Lucy Luis Magnus Maria Mark Marta Martin Maya Mei Mia Milan Mina Mona Nadia Naomi Nathan Nina Noah Nora Olga Oliver
Omar Oscar Otto Pablo Paula Pedro Petra Philip Priya Quentin Rachel Rafael Ravi Rita Robert Rosa Ruth Sam Samir Sara
Sofia Stefan Susan Tara Theo Thomas Tom Uma Ursula Vera Victor Viktor Walter Wanda Wendy Xenia Yara Yusuf Zara Zoe""".split()
LAST = """Abbott Adler Almeida Andersen Baker Banerjee Barros Bauer Becker Bell Berg Bianchi Blake Bondar Brandt Brooks
Burke Carter Castro Chang Cohen Cole Costa Cruz Dalton Diaz Dubois Dunn Eklund Ellis Farrow Fischer Fleming Flores
Foster Fuentes Garcia Gibson Gomez Grant Gray Haddad Hale Hansen Harper Hayes Hoffman Holt Hughes Ibrahim Iyer Jansen
Jensen Johnson Jordan Kaya Keller Kim Klein Kovac Kumar Lambert Larsen Lee Lehmann Lopez Lund Marino Marsh Meyer
Miller Mori Moreno Nakamura Nguyen Nolan Novak Okafor Olsen Ortiz Osman Palmer Park Patel Pereira Petrov Popov Quinn
Ramos Reed Reyes Richter Rossi Roth Russo Sanders Santos Sato Schmidt Shah Silva Singh Sokolov Stein Stone Suzuki
Tanaka Tran Turner Vargas Vogel Wagner Walsh Wang Weber West Wolf Wright Yamada Young Zhang Ziegler""".split()
CITIES = """Athens Austin Bangkok Bergen Berlin Bogota Boston Bristol Brussels Cairo Calgary Chicago Cologne Dakar Dallas
Delhi Denver Dublin Dresden Florence Geneva Glasgow Hamburg Hanoi Havana Helsinki Houston Istanbul Jakarta Kyoto Lagos
Leeds Lima Lisbon London Lyon Madrid Manila Miami Milan Mumbai Munich Nairobi Naples Osaka Oslo Ottawa Paris Perth
Porto Prague Quito Riga Rome Rotterdam Santiago Seattle Seoul Seville Sofia Sydney Tallinn Tokyo Toronto Turin Tunis
Utrecht Valencia Vienna Vilnius Warsaw Wellington York Zagreb Zurich""".split()
NOUNS = """anchor apple arrow badge basket battery beacon bell blanket boat book bottle box bracket bridge brush bucket button
cabinet cable camera candle card carpet cart chair chest clock coat coin crate crown cup curtain desk dish door drawer drum
engine envelope fan fence filter flag flask fork frame gate glass glove guitar hammer harbor hat helmet hinge hook hose
jacket jar kettle key kite knife ladder lamp lantern lens lever lock magnet map mask meter mirror motor mug nail needle net
notebook oven paddle pan panel paper pen pencil phone piano pillow pipe plate pocket pot printer pump puzzle radio rail ring
robot rope rug ruler saddle scale scarf screen shelf ship shirt shovel sign sled soap sofa spoon spring stamp stool stove
table tank tent ticket tile tire torch tower toy tray truck tub tube umbrella valve vase vest violin wagon wallet watch wheel
whistle window wire wrench""".split()
TRAITS = """height weight price size length width depth age speed range capacity rating level rank colour shape title label
owner author editor leader manager sponsor supplier origin route platform channel code number address status priority
category region zone floor room shelf password nickname motto theme budget limit target score grade version model format
language currency deadline schedule duration temperature pressure voltage frequency density material texture flavor""".split()
COLOURS = "red blue green yellow black white orange purple brown grey pink silver".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
JOBS = """accountant analyst architect baker carpenter chemist clerk consultant cook designer doctor driver editor electrician
engineer farmer gardener geologist guide historian inspector journalist lawyer librarian mechanic nurse painter pharmacist
photographer pilot plumber producer surgeon tailor teacher technician translator welder writer zoologist""".split()
SUBJECTS = """meeting budget report contract holiday parking invoice training delivery interview roadmap launch survey audit
newsletter workshop inventory security travel payroll schedule review onboarding maintenance picnic deadline feedback
presentation proposal refund server backup migration release design kitchen printer library garden""".split()
DISHES = """pizza soup salad pasta curry sandwich omelette burger risotto stew pancakes noodles tacos lasagna dumplings
porridge sushi waffles chili paella falafel ramen""".split()
PRODUCTS = """laptop keyboard monitor headset router tablet scanner charger speaker projector microphone webcam blender
toaster vacuum drill saw heater backpack bicycle helmet tent mattress sofa""".split()


def admits(text, held):
    """Whether a value belongs to the wanted half: one hash in eight is held out."""
    if len(text) < 2:
        return True
    return (hashlib.md5(text.lower().encode()).digest()[0] % 8 == 0) == held


class World:
    """Draws values of one half from a seeded generator; `vocabulary` are ordinary words that stand in for some invented ones."""

    def __init__(self, seed, held=False, vocabulary=()):
        self.random = random.Random(seed)
        self.held = held
        self.vocabulary = vocabulary

    def chance(self, share):
        return self.random.random() < share

    def pick(self, items):
        return items[int(self.random.random() * len(items))]

    def own(self, make):
        """Draws until the value belongs to this half."""
        while True:
            value = make()
            if admits(str(value), self.held):
                return value

    def listed(self, items):
        return self.own(lambda: self.pick(items))

    def syllables(self, count):
        return "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in range(count))

    def word(self):
        if self.vocabulary and self.chance(0.3):
            return self.listed(self.vocabulary)
        return self.own(lambda: self.syllables(self.pick((1, 2, 2, 2))))

    def proper(self):
        return self.word().capitalize()

    def first(self):
        return self.listed(FIRST) if self.chance(0.6) else self.proper()

    def last(self):
        return self.listed(LAST) if self.chance(0.5) else self.proper()

    def person(self):
        return f"{self.first()} {self.last()}"

    def city(self):
        return self.listed(CITIES) if self.chance(0.5) else self.proper()

    def noun(self):
        return self.listed(NOUNS)

    def thing(self):
        """A noun, known or invented."""
        return self.noun() if self.chance(0.5) else self.word()

    def trait(self):
        return self.listed(TRAITS)

    def company(self):
        tail = self.pick(("", " Group", " Labs", " Systems", " Foods", " Partners", " Logistics", " Bank", " Media", " Works"))
        return self.proper() + tail

    def product(self):
        return f"{self.proper()} {self.pick((str(self.number(2, 999)), 'Pro', 'Mini', 'X', self.listed(PRODUCTS), self.noun()))}"

    def project(self):
        return f"Project {self.proper()}"

    def number(self, low, high):
        return self.own(lambda: self.random.randint(low, high))

    def year(self):
        return self.number(1800, 2030)

    def amount(self):
        style = self.random.random()
        if style < 0.4:
            return str(self.number(2, 990))
        if style < 0.7:
            return str(self.number(1000, 99000))
        return f"{self.number(2, 900)}.{self.random.randint(0, 9)}{self.random.randint(0, 9)}"

    def money(self):
        return self.pick(("${} ", "{} euros", "{} dollars", "${} ", "{} EUR", "{} francs")).format(self.amount()).strip()

    def code(self):
        def make():
            letters = "".join(self.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(self.random.randint(1, 3)))
            digits = "".join(self.pick("0123456789") for _ in range(self.random.randint(2, 5)))
            return letters + self.pick(("-", "", "-")) + digits
        return self.own(make)

    def day(self):
        return str(self.random.randint(1, 28))

    def date(self):
        return self.own(lambda: self.pick((
            f"{self.pick(MONTHS)} {self.day()}",
            f"{self.day()} {self.pick(MONTHS)} {self.random.randint(1990, 2030)}",
            f"{self.pick(MONTHS)} {self.day()}, {self.random.randint(1990, 2030)}")))

    def iso(self):
        return self.own(lambda: f"{self.random.randint(2020, 2030)}-{self.random.randint(1, 12):02d}-{self.random.randint(1, 28):02d}")

    def time(self):
        return self.own(lambda: f"{self.random.randint(0, 23)}:{self.pick(('00', '15', '30', '45', '10', '20', '50'))}")

    def email(self):
        return f"{self.first().lower()}@{self.word()}.{self.pick(('com', 'org', 'net', 'example'))}"

    def phone(self):
        return self.own(lambda: "-".join(str(self.random.randint(100, 999)) for _ in range(self.pick((2, 3)))))

    def weekday(self):
        return self.pick(WEEKDAYS)

    def colour(self):
        return self.pick(COLOURS)

    def job(self):
        return self.listed(JOBS)

    def percent(self):
        return f"{self.number(2, 99)}%"

    def hours(self):
        return f"{self.random.randint(6, 11)}:{self.pick(('00', '30'))} to {self.random.randint(15, 22)}:{self.pick(('00', '30'))}"

"""Checks that the Jinja template renders what chat.py renders (needs jinja2).

    python3 check_template.py
"""

import json

import jinja2

import chat
import generate
from words import World


def main():
    environment = jinja2.Environment()
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    template = environment.from_string(chat.TEMPLATE)
    world = World(11)
    for number in range(2000):
        made = generate.sample(world, None)
        messages, tools = made["messages"], made.get("tools")
        for prompt in (False, True):
            expected = "".join(text for text, _ in chat.render(messages, tools, prompt))
            found = template.render(messages=messages, tools=tools, add_generation_prompt=prompt)
            assert found == expected, f"{found!r}\n{expected!r}"
    print("equal")


if __name__ == "__main__":
    main()

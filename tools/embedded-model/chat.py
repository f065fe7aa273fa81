"""The chat template: ChatML turns, tools as JSON lines in the system turn, calls and results between tags.

`TEMPLATE` is what `tokenizer_config.json` carries; `render` does the same in Python and also says
which stretches the assistant wrote. `check_template.py` compares the two.
"""

import json

START, END, TEXT_END = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
CALL, CALL_END = "<tool_call>", "</tool_call>"
RESPONSE, RESPONSE_END = "<tool_response>", "</tool_response>"
TOOLS, TOOLS_END = "<tools>", "</tools>"

TOOL_RULE = f'To call a tool, answer:\n{CALL}\n{{"name": "...", "arguments": {{...}}}}\n{CALL_END}'

TEMPLATE = (
    "{%- macro describe(tool) -%}"
    "{%- set f = tool.function if tool.function is defined else tool -%}"
    "{{- '\\n{\"name\": ' + (f.name | tojson) -}}"
    "{%- if f.description -%}{{- ', \"description\": ' + (f.description | tojson) -}}{%- endif -%}"
    "{%- if f.parameters and f.parameters.properties -%}"
    "{{- ', \"parameters\": ' + (f.parameters.properties | tojson) -}}"
    "{%- if f.parameters.required -%}{{- ', \"required\": ' + (f.parameters.required | tojson) -}}{%- endif -%}"
    "{%- endif -%}"
    "{{- '}' -}}"
    "{%- endmacro -%}"
    "{%- set system = messages[0].content if messages and messages[0].role == 'system' else '' -%}"
    "{%- if tools -%}"
    "{{- '<|im_start|>system\\n' -}}"
    "{%- if system -%}{{- system + '\\n' -}}{%- endif -%}"
    "{{- '<tools>' -}}"
    "{%- for tool in tools -%}{{- describe(tool) -}}{%- endfor -%}"
    "{{- '\\n</tools>\\nTo call a tool, answer:\\n<tool_call>\\n{\"name\": \"...\", \"arguments\": {...}}\\n</tool_call><|im_end|>\\n' -}}"
    "{%- elif system -%}"
    "{{- '<|im_start|>system\\n' + system + '<|im_end|>\\n' -}}"
    "{%- endif -%}"
    "{%- for message in messages -%}"
    "{%- if message.role == 'user' or (message.role == 'system' and not loop.first) -%}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}"
    "{%- elif message.role == 'assistant' -%}"
    "{{- '<|im_start|>assistant\\n' -}}"
    "{%- if message.content -%}{{- message.content -}}{%- endif -%}"
    "{%- if message.tool_calls -%}"
    "{%- for entry in message.tool_calls -%}"
    "{%- set call = entry.function if entry.function is defined else entry -%}"
    "{%- if message.content or not loop.first -%}{{- '\\n' -}}{%- endif -%}"
    "{{- '<tool_call>\\n{\"name\": ' + (call.name | tojson) + ', \"arguments\": ' -}}"
    "{%- if call.arguments is string -%}{{- call.arguments -}}{%- else -%}{{- call.arguments | tojson -}}{%- endif -%}"
    "{{- '}\\n</tool_call>' -}}"
    "{%- endfor -%}"
    "{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- elif message.role == 'tool' -%}"
    "{%- if loop.first or messages[loop.index0 - 1].role != 'tool' -%}{{- '<|im_start|>user' -}}{%- endif -%}"
    "{{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' -}}"
    "{%- if loop.last or messages[loop.index0 + 1].role != 'tool' -%}{{- '<|im_end|>\\n' -}}{%- endif -%}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


def to_json(value):
    return json.dumps(value, ensure_ascii=False)


def describe(tool):
    function = tool.get("function", tool)
    text = '{"name": ' + to_json(function["name"])
    if function.get("description"):
        text += ', "description": ' + to_json(function["description"])
    parameters = function.get("parameters") or {}
    if parameters.get("properties"):
        text += ', "parameters": ' + to_json(parameters["properties"])
        if parameters.get("required"):
            text += ', "required": ' + to_json(parameters["required"])
    return text + "}"


def call_text(call):
    call = call.get("function", call)
    arguments = call["arguments"]
    return f'{CALL}\n{{"name": {to_json(call["name"])}, "arguments": {arguments if isinstance(arguments, str) else to_json(arguments)}}}\n{CALL_END}'


def assistant_text(message):
    pieces = [message["content"]] if message.get("content") else []
    pieces += [call_text(call) for call in message.get("tool_calls") or ()]
    return "\n".join(pieces)


def render(messages, tools=None, prompt=False):
    """The conversation as (text, written by the assistant) pieces; `prompt` opens the next answer."""
    pieces = []
    system = messages[0]["content"] if messages and messages[0]["role"] == "system" else ""
    if tools:
        lines = "".join("\n" + describe(tool) for tool in tools)
        text = f"{system}\n" if system else ""
        pieces.append((f"{START}system\n{text}{TOOLS}{lines}\n{TOOLS_END}\n{TOOL_RULE}{END}\n", False))
    elif system:
        pieces.append((f"{START}system\n{system}{END}\n", False))
    for index, message in enumerate(messages):
        role = message["role"]
        if role == "user" or role == "system" and index > 0:
            pieces.append((f"{START}{role}\n{message['content']}{END}\n", False))
        elif role == "assistant":
            pieces.append((f"{START}assistant\n", False))
            pieces.append((assistant_text(message) + END, True))
            pieces.append(("\n", False))
        elif role == "tool":
            first = index == 0 or messages[index - 1]["role"] != "tool"
            last = index + 1 == len(messages) or messages[index + 1]["role"] != "tool"
            text = f"\n{RESPONSE}\n{message['content']}\n{RESPONSE_END}"
            pieces.append(((f"{START}user" if first else "") + text + (f"{END}\n" if last else ""), False))
    if prompt:
        pieces.append((f"{START}assistant\n", False))
    return pieces


def prompt_text(messages, tools=None):
    return "".join(text for text, _ in render(messages, tools, prompt=True))

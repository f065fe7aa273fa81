namespace Slerp.Engine.Tests.Templates;

/// <summary>Templates written for the tests, one for each thing a template may ask of its input.</summary>
internal static class OwnTemplates
{
    /// <summary>One block for each turn, whatever its role.</summary>
    public const string Blocks =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}[end]\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

    /// <summary>A preamble with tools as JSON, calls and results, reasoning.</summary>
    public const string Tools =
        """
        {{ bos_token }}
        {%- if tools %}[tools]{% for tool in tools %}{{ tool|tojson }};{% endfor %}[/tools]{% endif %}
        {%- for m in messages %}
        {%- if m.role == 'tool' %}[result {{ m.tool_call_id }} {{ m.name }}]{{ m.content }}
        {%- else %}[{{ m.role }}]
        {%- if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}
        {%- for call in m.tool_calls or [] %}[call {{ call.id }} {{ call.function.name }} {{ call.function.arguments|tojson }}]{% endfor %}
        {%- endif %}{{ eos_token }}
        {%- endfor %}
        {%- if add_generation_prompt %}[assistant]{{ '<think>' if enable_thinking }}{% endif %}
        """;

    /// <summary>Users and assistants in turn, nothing else.</summary>
    public const string Strict =
        """
        {%- for m in messages %}
        {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must alternate') }}{% endif %}
        {{- '<' + m.role + '>' + m.content }}
        {%- endfor %}
        """;

    /// <summary>Calls only where there is no content; arguments as text.</summary>
    public const string TextArguments =
        """
        {%- for m in messages %}
        {%- if m.content is none %}
        {%- for call in m.tool_calls %}{{ call.function.name + '(' + call.function.arguments + ')' }}{% endfor %}
        {%- else %}{{ m.role + ':' + m.content }};{% endif %}
        {%- endfor %}
        """;

    /// <summary>Content as typed parts.</summary>
    public const string Typed = "{% for m in messages %}{% for part in m.content if part.type == 'text' %}<{{ part.text }}>{% endfor %}{% endfor %}";
}

using Slerp.Engine.Templates.Jinja;

namespace Slerp.Engine.Templates;

/// <summary>A checkpoint's chat template: turns and tools in, prompt text with origins out.</summary>
/// <remarks>Immutable and thread-safe. A template is untrusted input: it can reach nothing but the values it is given, and each rendering
/// has a budget of steps, characters and depth. Every failure is a <see cref="ChatTemplateException"/>.</remarks>
internal sealed class ChatTemplate
{
    private static readonly string[] Reserved = ["messages", "tools", "add_generation_prompt"];

    private readonly IReadOnlyList<Statement> template;
    private readonly IReadOnlyList<Statement>? toolTemplate;
    private readonly IReadOnlyDictionary<string, string> tokens;
    private readonly TimeProvider time;

    private ChatTemplate(TemplateSource source, TimeProvider time)
    {
        Source = source.Default;
        template = Parser.Parse(source.Default);
        toolTemplate = source.ToolUse is null ? null : Parser.Parse(source.ToolUse);
        tokens = source.Tokens;
        this.time = time;
        Traits = TemplateProbe.Examine((input, traits) => Render(input, traits, RenderLimits.Probe).Text);
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>What the template can do and asks for.</summary>
    public TemplateTraits Traits { get; }

    /// <summary>Reads a template and finds out its traits.</summary>
    /// <param name="source">The texts.</param>
    /// <param name="time">The clock behind strftime_now; null for the system's.</param>
    public static ChatTemplate Parse(TemplateSource source, TimeProvider? time = null) => new(source, time ?? TimeProvider.System);

    /// <summary>Reads a single template text.</summary>
    public static ChatTemplate Parse(string source, string? beginToken = null, string? endToken = null, TimeProvider? time = null) =>
        Parse(TemplateSource.From(source, beginToken, endToken), time);

    /// <summary>The template of the checkpoint in <paramref name="directory"/>, or null where it has none.</summary>
    public static ChatTemplate? Load(string directory, TimeProvider? time = null) =>
        TemplateFiles.Read(directory) is { } source ? Parse(source, time) : null;

    /// <summary>Renders a conversation. The budget grows with its length.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RenderedPrompt Render(ChatTemplateInput input, CancellationToken cancellationToken = default) => Render(input, Traits, limits: null, cancellationToken);

    private RenderedPrompt Render(ChatTemplateInput input, TemplateTraits traits, RenderLimits? limits, CancellationToken cancellationToken = default)
    {
        var conversation = new ConversationValues(traits);
        var variables = new DictValue();
        foreach (var (name, text) in tokens)
        {
            variables.Set(name, new TextValue(text));
        }

        variables.Set("messages", conversation.Messages(input.Turns));
        variables.Set("tools", input.Tools.Count > 0 ? conversation.Tools(input.Tools) : NoneValue.Instance);
        variables.Set("documents", NoneValue.Instance);
        variables.Set("add_generation_prompt", BooleanValue.Of(input.AddGenerationPrompt));
        foreach (var (name, value) in input.Variables)
        {
            variables.Set(Reserved.Contains(name) ? throw new ChatTemplateException(
                $"the template variable '{name}' is set by the engine. Use another name.") : name, conversation.Variable(value));
        }

        var program = input.Tools.Count > 0 && toolTemplate is not null ? toolTemplate : template;
        var interpreter = new Interpreter(limits ?? RenderLimits.For(conversation.Characters, input.Turns.Count), time, cancellationToken);
        var prompt = interpreter.Render(program, variables);
        var spans = new List<OriginSpan>();
        prompt.VisitRuns(0, prompt.Length, (start, length, part) =>
        {
            if (part != TextValue.Trusted)
            {
                spans.Add(new OriginSpan(start, length, part));
            }
        });
        return new RenderedPrompt(prompt.Text, spans, conversation.Parts);
    }
}

using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Resilience;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Messages and options to one complete request. What cannot be honoured is refused by name. Thread-safe; changes nothing it is given.</summary>
internal sealed class RequestTranslator(SlerpChatClientOptions client, string modelId, IgnoredFeatures ignored, GateBuilder gates)
{
    private const int MostTenantCharacters = 128;
    private const string AutomaticDrafter = "auto";
    private const string VanillaDrafter = "vanilla";

    private readonly MessageTranslator _messages = new(client.UnsupportedContent, ignored);
    private readonly ToolTranslator _tools = new(ignored);
    private readonly string _tenant = Guid.NewGuid().ToString("N");

    /// <summary>Takes what is asked, before a model is needed: it belongs to the caller, who may change it once the answer is under way.</summary>
    /// <exception cref="ArgumentException">A message, a part of one or a tool is null, what a call was given or returned cannot be written as JSON, a tool's name is no text, or a key of <see cref="SlerpProperties"/> is misspelled.</exception>
    /// <exception cref="NotSupportedException">Something is asked that no model here can do.</exception>
    /// <exception cref="InvalidOperationException">The request contradicts itself.</exception>
    public AskedRequest Read(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var taken = CallersRequest.Take(messages);
        options = CallersRequest.Take(options);
        OptionRanges.ThrowIfOutOfRange(options);
        KnownProperties.ThrowIfUnknown(options);
        KnownProperties.ThrowIfUnknown(taken);
        RefuseUnsupported(options);
        NoteIgnored(options);
        var properties = new PropertyReader(options?.AdditionalProperties);
        return new AskedRequest(options, properties.Boolean(SlerpProperties.Raw) ?? false
            ? RawPrompt(taken, options)
            : new Prompt.Conversation(
                _messages.Translate(taken, OutputTranslator.Instructions(options)), _tools.Translate(options), TemplateVariables(options)));
    }

    /// <summary>The request for a model.</summary>
    /// <exception cref="NotSupportedException">Something is asked that this model or version cannot do.</exception>
    /// <exception cref="InvalidOperationException">The request names another model while ids are strict.</exception>
    public TranslatedRequest Translate(AskedRequest asked, ModelInfo model)
    {
        var options = asked.Options;
        CheckModelId(options, model);
        RefuseUnsupported(asked, model);
        var seed = SamplingTranslator.Seed(options, client.Defaults);
        var properties = new PropertyReader(options?.AdditionalProperties);
        var reading = asked.Prompt is Prompt.Raw ? AnswerReading.PlainText : Reading(options, asked.Tools, model);
        var merging = MergingTranslator.Translate(properties, client.Defaults.Merging);
        var output = OutputTranslator.WithoutCalls(
            OutputTranslator.Translate(options, asked.Tools, reading.Dialect), asked, ToolCallDialect.For(client.ToolDialect, model.ChatTemplate));
        var generation = new GenerationRequest
        {
            Output = output,
            Prompt = asked.Prompt,
            Sampling = SamplingTranslator.Sampling(options, client.Defaults, model, seed),
            Penalties = SamplingTranslator.Penalties(options, client.Defaults, model),
            MaxOutputTokens = options?.MaxOutputTokens ?? client.Defaults.MaxOutputTokens ?? model.ContextTokens,
            StopSequences = StopSequences(options, output),
            Reasoning = reading.Reasoning == ReasoningReading.AsText ? null : AnswerParser.Reasoning,
            MayReason = options?.Reasoning?.Effort is not ReasoningEffort.None,
            Tenant = Tenant(properties),
            Drafter = Drafter(properties, merging),
            Merging = merging,
        };
        generation = generation with { Gate = gates.Build(StrategyOf.IsLossy(generation), Gate(properties)) };
        return new TranslatedRequest(generation, seed, reading);
    }

    /// <summary>Whether a drafter can be named where tokens are merged as the answer is written, which changes rows a draft stands on.</summary>
    public static bool MayMergeIncrementally(string drafter) => drafter is AutomaticDrafter or VanillaDrafter;

    private string[] StopSequences(ChatOptions? options, OutputForm output)
    {
        string[] stops = [.. (options?.StopSequences ?? client.Defaults.StopSequences ?? []).Where(stop => !string.IsNullOrEmpty(stop))];
        if (stops.Length > 0 && !output.MayBeText)
        {
            ignored.Warn("StopSequences", "The answer is kept to JSON or tool calls, which a stop sequence would cut: they count in text alone.");
            return [];
        }

        return stops;
    }

    private string Drafter(PropertyReader properties, MergingMode merging)
    {
        var drafter = properties.Text(SlerpProperties.Drafter) ?? client.Defaults.Drafter;
        if (merging is MergingMode.Incremental)
        {
            // What pays is chosen by "auto"; here only one can.
            return MayMergeIncrementally(drafter) ? VanillaDrafter : throw new NotSupportedException(
                $"The request merges incrementally, which changes rows a draft stands on, but names the drafter '{drafter}'. Use '{VanillaDrafter}', or merge only the prompt.");
        }

        return EngineCatalog.Drafters.Contains(drafter) ? drafter : throw new NotSupportedException(
            $"Unknown drafter '{drafter}'. Known: {string.Join(", ", EngineCatalog.Drafters)}.");
    }

    private static GateUse? Gate(PropertyReader properties) => properties.Text(SlerpProperties.Gate) switch
    {
        null => null,
        "lossy" => GateUse.WhenLossy,
        "always" => GateUse.Always,
        "never" => GateUse.Never,
        var other => throw new NotSupportedException($"AdditionalProperties[\"{SlerpProperties.Gate}\"] is '{other}'. Known: lossy, always, never."),
    };

    private Prompt.Raw RawPrompt(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (!string.IsNullOrWhiteSpace(options?.Instructions) || options?.Tools is { Count: > 0 } || options?.ToolMode is RequiredChatToolMode)
        {
            throw new InvalidOperationException(
                $"AdditionalProperties[\"{SlerpProperties.Raw}\"] continues the messages' text as it stands, which leaves no place for Instructions, Tools or a required ToolMode. Remove them, or {SlerpProperties.Raw}.");
        }

        return new Prompt.Raw(_messages.Text(messages));
    }

    private static void RefuseUnsupported(AskedRequest asked, ModelInfo model)
    {
        if (asked.Prompt is not Prompt.Conversation)
        {
            return;
        }

        if (asked.Tools.Count > 0 && !model.SupportsTools)
        {
            throw new NotSupportedException(
                $"The request offers {asked.Tools.Count} tools, but the chat template of model '{model.Name}' writes none. "
                + "Use a model trained for tools, or send the request with ToolMode None.");
        }

        if (!model.HasChatTemplate)
        {
            throw new NotSupportedException(
                $"Model '{model.Name}' has no chat template, so it cannot hold a conversation. "
                + $"Set ChatOptions.AdditionalProperties[\"{SlerpProperties.Raw}\"] = true to have it continue the text as it stands.");
        }
    }

    private static Dictionary<string, JsonElement> TemplateVariables(ChatOptions? options)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (options?.Reasoning?.Effort is { } effort)
        {
            variables["enable_thinking"] = JsonSerializer.SerializeToElement(
                effort != ReasoningEffort.None, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(bool)));
        }

        return variables;
    }

    private AnswerReading Reading(ChatOptions? options, IReadOnlyList<ChatTool> tools, ModelInfo model)
    {
        var dialect = tools.Count == 0 ? null : ToolCallDialect.For(client.ToolDialect, model.ChatTemplate) ?? throw new NotSupportedException(
            $"The request offers {tools.Count} tools, but how model '{model.Name}' writes its calls is not known here; "
            + $"known: {string.Join(", ", Enum.GetNames<ToolDialect>().Skip(1))}. Use such a model, name its dialect in {nameof(client.ToolDialect)}, or send the request with ToolMode None.");
        var reasoning = !AnswerParser.KnowsReasoning(model.ChatTemplate) ? ReasoningReading.AsText
            : options?.Reasoning?.Output == ReasoningOutput.None ? ReasoningReading.Hide
            : ReasoningReading.Show;
        var isSingle = options?.AllowMultipleToolCalls == false || dialect is { MaxCalls: 1 };
        return new AnswerReading(dialect, isSingle ? CallCount.One : CallCount.Many, reasoning)
        {
            ToolNames = tools.Select(static tool => tool.Name).ToHashSet(StringComparer.Ordinal),
            MayBeJson = options?.ResponseFormat is ChatResponseFormatJson,
        };
    }

    private void CheckModelId(ChatOptions? options, ModelInfo model)
    {
        if (options?.ModelId is not { } asked || asked == modelId || asked == model.Name)
        {
            return;
        }

        if (client.StrictModelId)
        {
            throw new InvalidOperationException(
                $"The request asks for model '{asked}'; this client holds '{modelId}'. Ask for that, leave ModelId null, or set {nameof(client.StrictModelId)} to false.");
        }

        ignored.Warn($"model id '{asked}'", $"This client holds '{modelId}' and answers with it.");
    }

    private static void RefuseUnsupported(ChatOptions? options)
    {
#pragma warning disable MEAI001 // Experimental in the abstractions; refusing it needs its name.
        if (options?.ContinuationToken is not null)
#pragma warning restore MEAI001
        {
            throw new NotSupportedException(
                "ChatOptions.ContinuationToken is set, but this client never issues one. Send the conversation without it.");
        }
    }

    private void NoteIgnored(ChatOptions? options)
    {
        if (options?.ConversationId is not null)
        {
            ignored.Note("ChatOptions.ConversationId", "This client is stateless: send the whole conversation.");
        }

        if (options?.RawRepresentationFactory is not null)
        {
            ignored.Note("ChatOptions.RawRepresentationFactory", "There is no raw options type; use AdditionalProperties.");
        }

        if (options?.Reasoning?.Effort is { } effort and not ReasoningEffort.None)
        {
            ignored.Note($"ChatOptions.Reasoning.Effort {effort}", "A template knows reasoning on and off: it is on.");
        }

        if (options?.Reasoning?.Output is ReasoningOutput.Summary)
        {
            ignored.Note("ChatOptions.Reasoning.Output Summary", "Reasoning is handed over as the model writes it.");
        }

#pragma warning disable MEAI001 // Experimental in the abstractions; telling that it is ignored needs its name.
        if (options?.AllowBackgroundResponses is true)
#pragma warning restore MEAI001
        {
            ignored.Note("ChatOptions.AllowBackgroundResponses", "The answer is made while the caller waits.");
        }
    }

    private string Tenant(PropertyReader properties)
    {
        var tenant = properties.Text(SlerpProperties.Tenant) ?? _tenant;
        return tenant.Length <= MostTenantCharacters ? tenant : throw new ArgumentException(
            $"AdditionalProperties[\"{SlerpProperties.Tenant}\"] has {tenant.Length} characters; at most {MostTenantCharacters} are allowed. Use an id or a hash.");
    }
}

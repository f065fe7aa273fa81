namespace Slerp.Connector.Telemetry;

/// <summary>Names of what the connector measures. Client-side <c>gen_ai</c> spans come from the application's own pipeline.</summary>
public static class SlerpTelemetry
{
    /// <summary>The meter to subscribe to.</summary>
    public const string MeterName = "Slerp";

    /// <summary>Provider name in metadata and tags.</summary>
    public const string ProviderName = "slerp";

    /// <summary>Histogram, seconds: from the call to the last word.</summary>
    public const string RequestDuration = "gen_ai.server.request.duration";

    /// <summary>Histogram, seconds: from submission to the first token.</summary>
    public const string TimeToFirstToken = "gen_ai.server.time_to_first_token";

    /// <summary>Histogram, seconds: per token after the first.</summary>
    public const string TimePerOutputToken = "gen_ai.server.time_per_output_token";

    /// <summary>Counter, tokens written.</summary>
    public const string OutputTokens = "slerp.output.tokens";

    /// <summary>Up-down counter, requests being answered, waiting ones included.</summary>
    public const string ActiveRequests = "slerp.requests.active";

    /// <summary>Histogram, seconds: loading a model.</summary>
    public const string ModelLoadDuration = "slerp.model.load.duration";

    /// <summary>Tag: "chat" or "embeddings".</summary>
    public const string OperationTag = "gen_ai.operation.name";

    internal const string ChatOperation = "chat";

    internal const string EmbeddingsOperation = "embeddings";

    /// <summary>Tag: always <see cref="ProviderName"/>.</summary>
    public const string ProviderTag = "gen_ai.provider.name";

    /// <summary>Tag: the model's id.</summary>
    public const string RequestModelTag = "gen_ai.request.model";

    /// <summary>Tag: the type of the failure, absent on success.</summary>
    public const string ErrorTag = "error.type";
}

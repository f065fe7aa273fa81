namespace Slerp.Samples.Chat;

/// <summary>What the command line asks for; null where it is silent.</summary>
internal sealed record ChatSettings
{
    public string? Prompt { get; init; }

    public string? Model { get; init; }

    public string? Adapter { get; init; }

    public string Backend { get; init; } = ChatBackends.Default;

    public string? System { get; init; }

    public int? MaxTokens { get; init; }

    public float? Temperature { get; init; }

    public long? Seed { get; init; }

    public string? Decoding { get; init; }

    public bool Compare { get; init; }

    public string? Context { get; init; }

    public bool Merge { get; init; }

    public double? Cutoff { get; init; }

    public string? Quality { get; init; }

    public Drill? Drill { get; init; }

    public bool Raw { get; init; }

    public bool Stats { get; init; }
}

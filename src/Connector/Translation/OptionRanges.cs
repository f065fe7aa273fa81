using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Refuses option values no model could honour, before a model is needed.</summary>
internal static class OptionRanges
{
    /// <summary>Throws for the first value out of range.</summary>
    public static void ThrowIfOutOfRange(ChatOptions? options)
    {
        if (options is null)
        {
            return;
        }

        Check(options.Temperature, value => value >= 0, nameof(options.Temperature), "a number of at least 0; 0 is greedy");
        Check(options.TopP, value => value is > 0 and <= 1, nameof(options.TopP), "a number above 0 and at most 1; leave it null to use the default");
        Check(options.FrequencyPenalty, _ => true, nameof(options.FrequencyPenalty), "a finite number");
        Check(options.PresencePenalty, _ => true, nameof(options.PresencePenalty), "a finite number");
        if (options.TopK < 0)
        {
            throw Refuse(nameof(options.TopK), options.TopK, "at least 1; 0 keeps all tokens");
        }

        if (options.MaxOutputTokens < 1)
        {
            throw Refuse(nameof(options.MaxOutputTokens), options.MaxOutputTokens, "at least 1; leave it null for what the context holds");
        }
    }

    private static void Check(float? value, Func<float, bool> accepts, string name, string expected)
    {
        if (value is { } given && !(float.IsFinite(given) && accepts(given)))
        {
            throw Refuse(name, given, expected);
        }
    }

    private static ArgumentOutOfRangeException Refuse(string name, object? value, string expected) =>
        new(name, value, $"ChatOptions.{name} must be {expected}.");
}

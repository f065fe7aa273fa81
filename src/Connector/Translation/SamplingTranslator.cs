using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>How tokens are chosen: the request's word, else the client's defaults, else the checkpoint's.</summary>
internal static class SamplingTranslator
{
    /// <summary>The seed of a request: its own, the client's, or a fresh one.</summary>
    public static long Seed(ChatOptions? options, SlerpGenerationDefaults defaults) =>
        options?.Seed ?? defaults.Seed ?? BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>The sampling mode. A temperature of 0 is greedy; any other sampling option asks for sampling.</summary>
    public static SamplingMode Sampling(ChatOptions? options, SlerpGenerationDefaults defaults, ModelInfo model, long seed)
    {
        var minP = MinP(options) ?? defaults.MinP;
        var temperature = options?.Temperature ?? defaults.Temperature;
        var topP = options?.TopP ?? defaults.TopP;
        var topK = options?.TopK ?? defaults.TopK;
        var checkpoint = model.DefaultSampling as SamplingMode.Stochastic;
        var asksForSampling = temperature is not null || topP is not null || topK is not null || minP is not null;
        if (temperature == 0 || (checkpoint is null && !asksForSampling))
        {
            return SamplingMode.Greedy.Instance;
        }

        return new SamplingMode.Stochastic(
            temperature ?? checkpoint?.Temperature ?? 1,
            topK ?? checkpoint?.TopK ?? 0,
            topP ?? checkpoint?.TopP ?? 1,
            minP ?? checkpoint?.MinP ?? 0,
            seed);
    }

    /// <summary>The penalties: OpenAI's two from the options, Hugging Face's one by its own name; where the request is silent, the client's defaults, else the checkpoint's.</summary>
    public static Penalties Penalties(ChatOptions? options, SlerpGenerationDefaults defaults, ModelInfo model)
    {
        var properties = new PropertyReader(options?.AdditionalProperties);
        var repetition = properties.Number(SlerpProperties.RepetitionPenalty);
        if (repetition is { } given && !(double.IsFinite(given) && given > 0))
        {
            throw Refuse(SlerpProperties.RepetitionPenalty, given, "a number above 0; 1 does nothing");
        }

        if (properties.Integer(SlerpProperties.NoRepeatNgramSize) is { } size and not 0)
        {
            throw new NotSupportedException(
                $"AdditionalProperties[\"{SlerpProperties.NoRepeatNgramSize}\"] is {size}, which this engine cannot honour. Remove it, or use {SlerpProperties.RepetitionPenalty}.");
        }

        return new Penalties(
            options?.FrequencyPenalty ?? defaults.FrequencyPenalty ?? model.DefaultPenalties.Frequency,
            options?.PresencePenalty ?? defaults.PresencePenalty ?? model.DefaultPenalties.Presence,
            (float?)repetition ?? defaults.RepetitionPenalty ?? model.DefaultPenalties.Repetition);
    }

    private static float? MinP(ChatOptions? options)
    {
        var minP = new PropertyReader(options?.AdditionalProperties).Number(SlerpProperties.MinP);
        return minP is null or (>= 0 and < 1)
            ? (float?)minP
            : throw Refuse(SlerpProperties.MinP, minP.Value, "at least 0 and below 1; 0 keeps all tokens");
    }

    private static ArgumentOutOfRangeException Refuse(string key, double value, string expected) =>
        new(key, value, $"AdditionalProperties[\"{key}\"] must be {expected}.");
}

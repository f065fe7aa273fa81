using Slerp.Engine;

namespace Slerp.Tests.Shared.Engine;

/// <summary>Short ways to ask an engine.</summary>
internal static class EngineRequests
{
    /// <summary>A raw prompt.</summary>
    public static GenerationRequest Raw(string text, int maxTokens = 24, SamplingMode? sampling = null, string drafter = "auto") => new()
    {
        Prompt = new Prompt.Raw(text),
        Sampling = sampling ?? SamplingMode.Greedy.Instance,
        Penalties = Penalties.None,
        MaxOutputTokens = maxTokens,
        StopSequences = [],
        Tenant = "",
        Output = OutputForm.FreeText.Instance,
        Drafter = drafter,
    };

    /// <summary>The whole answer.</summary>
    public static async Task<Answer> AnswerAsync(this SlerpEngine engine, GenerationRequest request, CancellationToken cancellationToken = default)
    {
        await using var generation = await engine.GenerateAsync(request, cancellationToken);
        return await generation.ReadAsync(GenerationMode.Vanilla, cancellationToken);
    }

    /// <summary>What is left of an answer; every segment is accepted.</summary>
    public static async Task<Answer> ReadAsync(this Generation generation, GenerationMode mode = GenerationMode.Vanilla, CancellationToken cancellationToken = default)
    {
        var segments = new List<Segment>();
        do
        {
            segments.Add(await generation.NextAsync(mode, cancellationToken));
            generation.Accept();
        }
        while (segments[^1].Finish is null);

        return new Answer(string.Concat(segments.Select(segment => segment.Text)), segments[^1].Finish!.Value, generation.Stats, segments)
        {
            Ids = ((EngineGeneration)generation).AnswerIds.ToArray(),
        };
    }

    /// <summary>An answer as its reader saw it.</summary>
    internal sealed record Answer(string Text, FinishReason Finish, GenerationStats Stats, IReadOnlyList<Segment> Segments)
    {
        /// <summary>Its tokens: a text may be spelled in more than one way.</summary>
        public int[] Ids { get; init; } = [];

        /// <summary>What no drafter may change, comparable.</summary>
        public (string Ids, FinishReason Finish, string Text) Identity => (string.Join(' ', Ids), Finish, Text);
    }
}

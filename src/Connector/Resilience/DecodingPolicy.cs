using System.Runtime.CompilerServices;
using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Drives a generation: which mode makes the next segment, and which segments become visible.</summary>
/// <remarks>The one home of that decision. Vanilla decoding needs no judgement: each segment is accepted as it comes.</remarks>
internal static class DecodingPolicy
{
    /// <summary>The accepted segments, the last of which carries the finish.</summary>
    public static async IAsyncEnumerable<Segment> RunAsync(
        Generation generation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Segment segment;
        do
        {
            segment = await generation.NextAsync(GenerationMode.Vanilla, cancellationToken).ConfigureAwait(false);
            generation.Accept();
            yield return segment;
        }
        while (segment.Finish is null);
    }
}

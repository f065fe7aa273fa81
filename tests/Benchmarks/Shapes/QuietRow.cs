using Slerp.Benchmarks.Measuring;
using Slerp.Engine;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Finds the token of a model that comes nearest to never being likely.</summary>
internal static class QuietRow
{
    private const int Positions = 192;

    /// <summary>The token whose best logit, relative to each position's winner, is the lowest over a text of arbitrary tokens.</summary>
    public static int Find(string folder)
    {
        using var decoder = BareDecoder.Load(new EngineOptions { ModelPath = folder, WeightFormat = WeightFormat.Float32, Threads = 1 });
        var count = Math.Min(Positions, decoder.Model.Info.ContextTokens - 1);
        var tokens = new int[count];
        for (var index = 0; index < count; index++)
        {
            tokens[index] = (int)((uint)(index * 2654435761) % (uint)decoder.Model.Info.VocabularySize);
        }

        var closest = new float[decoder.Model.Info.VocabularySize];
        closest.AsSpan().Fill(float.NegativeInfinity);
        decoder.Score(tokens, (_, logits) =>
        {
            var best = System.Numerics.Tensors.TensorPrimitives.Max(logits);
            for (var token = 0; token < logits.Length; token++)
            {
                closest[token] = Math.Max(closest[token], logits[token] - best);
            }
        });
        return System.Numerics.Tensors.TensorPrimitives.IndexOfMin<float>(closest);
    }
}

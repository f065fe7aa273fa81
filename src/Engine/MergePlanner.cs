using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>From a request and its prompt to what of it is merged: passages, tool results and what was said before the last question.</summary>
/// <param name="shape">The model.</param>
/// <param name="options">How the engine runs.</param>
internal sealed class MergePlanner(DecoderShape shape, EngineOptions options)
{
    /// <summary>The plan; null where nothing would be merged.</summary>
    /// <exception cref="NotSupportedException">The engine does not run as this way of merging needs.</exception>
    public MergePlan? Plan(MergingMode mode, EncodedPrompt prompt)
    {
        MergePlan? plan = mode switch
        {
            MergingMode.PromptOnly only => new PromptMergePlan(
                only.Cutoff.LayerOf(shape.Layers), only.Positions, only.Pairing, only.Variant, Spans(prompt)),
            MergingMode.Incremental incremental => new IncrementalMergePlan(
                incremental.Cutoff.LayerOf(shape.Layers),
                incremental.Positions,
                Math.Min(incremental.KeepFirst, prompt.Ids.Length),
                incremental.MinimumTokens,
                incremental.KeepLast),
            _ => null,
        };
        if (plan is PromptMergePlan { Variant: MergeVariant.Reference })
        {
            RequireAlone(prompt.Ids.Length);
        }

        return plan is null or PromptMergePlan { Spans.Count: 0 } || plan.Cutoff >= shape.Layers - 1 ? null : plan;
    }

    /// <summary>The runs of a prompt's tokens that may be merged: those made of nothing but characters of one mergeable part.</summary>
    public static IReadOnlyList<RowSpan> Spans(EncodedPrompt prompt)
    {
        if (prompt.Rendered is not { } rendered)
        {
            return [];
        }

        var lastQuestion = rendered.Parts.Where(static part => part.Kind == PromptPartKind.User).Select(static part => part.Turn).DefaultIfEmpty(-1).Max();
        var spans = new List<RowSpan>();
        var token = 0;
        for (var index = 0; index < rendered.Spans.Count; index++)
        {
            var (start, end, part) = (rendered.Spans[index].Start, rendered.Spans[index].Start + rendered.Spans[index].Length, rendered.Spans[index].Part);
            while (index + 1 < rendered.Spans.Count && rendered.Spans[index + 1].Part == part && rendered.Spans[index + 1].Start == end)
            {
                end += rendered.Spans[++index].Length;
            }

            if (IsMergeable(rendered.Parts[part], lastQuestion))
            {
                Add(spans, prompt, new ContentSpan(start, end - start), ref token);
            }
        }

        return spans;
    }

    // A part of no index is no content: names, ids, reasoning and calls are never merged.
    private static bool IsMergeable(PromptPart part, int lastQuestion) => part.Part >= 0 && part.Kind switch
    {
        PromptPartKind.Passage or PromptPartKind.Tool => true,
        PromptPartKind.User or PromptPartKind.Assistant => part.Turn < lastQuestion,
        _ => false,
    };

    private static void Add(List<RowSpan> spans, EncodedPrompt prompt, ContentSpan content, ref int token)
    {
        // The last token speaks: it is never merged.
        var last = prompt.Ids.Length - 1;
        while (token < last && prompt.Encoding.StartOf(token) < content.Start)
        {
            token++;
        }

        var first = token;
        while (token < last && prompt.Encoding.LiesInside(token, content))
        {
            token++;
        }

        if (token - first > 1)
        {
            spans.Add(new RowSpan(first, token - first));
        }
    }

    private void RequireAlone(int promptTokens)
    {
        if (options.MaxConcurrentRequests > 1)
        {
            throw new NotSupportedException(
                $"{nameof(MergeVariant)}.{nameof(MergeVariant.Reference)} depends on every row of its tensor, so it runs without neighbours: "
                + $"MaxConcurrentRequests is {options.MaxConcurrentRequests}. Load the engine with 1, or merge {nameof(MergeVariant.PerRow)}.");
        }

        if (promptTokens > options.PrefillChunkTokens)
        {
            throw new NotSupportedException(
                $"{nameof(MergeVariant)}.{nameof(MergeVariant.Reference)} depends on every row of its tensor, so it reads a prompt in one chunk: "
                + $"the prompt has {promptTokens:N0} tokens, PrefillChunkTokens is {options.PrefillChunkTokens:N0}. Raise that, or merge {nameof(MergeVariant.PerRow)}.");
        }
    }
}

using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Resident memory after load and a first answer, against packed weights and KV cache.</summary>
internal sealed class MemoryVerb() : Verb("memory", "Resident memory after load against packed weights and KV cache.")
{
    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var before = Resident.Bytes();
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        var loaded = Resident.Bytes();
        await chat.ContinueAsync(new PromptText(settings.Folder).Of(settings.Context, 1), 16, cancellationToken);
        var held = chat.Model.WeightBytes + chat.Model.KvCacheBytes;
        var limit = (long)(1.15 * held) + 120_000_000;
        Figure.Print(
            "memory", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("resident_bytes", loaded), ("after_answer_bytes", Resident.Bytes()),
            ("before_load_bytes", before), ("weight_bytes", chat.Model.WeightBytes), ("kv_cache_bytes", chat.Model.KvCacheBytes),
            ("ratio", (double)loaded / held), ("limit_bytes", limit), ("within", loaded <= limit));
    }
}

using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What most verbs are asked for.</summary>
internal sealed class SharedOptions(string defaultWeights)
{
    private readonly Option<string> _shape = new("--shape") { DefaultValueFactory = _ => "embedded", Description = "135M, 360M, 1.1B, 7B (made on the fly) or embedded." };
    private readonly Option<string?> _model = new("--model") { Description = "A checkpoint folder in place of a shape." };
    private readonly Option<string> _weights = new("--weights") { DefaultValueFactory = _ => defaultWeights, Description = "random, or inflated: the embedded model inside the shape." };
    private readonly Option<string> _format = new("--format") { DefaultValueFactory = _ => "bf16", Description = "f32, bf16, int8 (a scale per 32), int8-channel or int4." };
    private readonly Option<string> _kv = new("--kv") { DefaultValueFactory = _ => "as-weights", Description = "How keys and values are kept: as-weights, f32 or bf16." };
    private readonly Option<string> _backend = new("--backend") { DefaultValueFactory = _ => "cpu", Description = $"What computes: {BenchBackends.Names}." };
    private readonly Option<int> _threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2, Description = "Compute threads." }.AtLeast(1);
    private readonly Option<int> _context = new Option<int>("--context") { DefaultValueFactory = _ => 64, Description = "Tokens in the cache before the measured ones." }.AtLeast(1);
    private readonly Option<int> _pairs = new Option<int>("--pairs") { DefaultValueFactory = _ => 7, Description = "Interleaved pairs." }.AtLeast(1);
    private readonly Option<string> _work = new("--work")
    {
        DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "slerp-benchmarks"),
        Description = "Where checkpoints are made and kept.",
    };

    /// <summary>Gives a verb these options.</summary>
    public void AddTo(Command command)
    {
        _shape.AcceptOnlyFromAmong([.. CheckpointShape.Known.Select(static shape => shape.Name), "embedded"]);
        _weights.AcceptOnlyFromAmong("random", "inflated");
        _format.AcceptOnlyFromAmong([.. Formats.All.Select(static entry => entry.Name)]);
        _kv.AcceptOnlyFromAmong("as-weights", "f32", "bf16");
        foreach (var option in (Option[])[_shape, _model, _weights, _format, _kv, _backend, _threads, _context, _pairs, _work])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was asked for; a checkpoint that is not there yet is made.</summary>
    public BenchSettings Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_shape)!;
        var model = parsed.GetValue(_model);
        var known = CheckpointShape.Known.FirstOrDefault(shape => shape.Name == name);
        var store = new CheckpointStore(parsed.GetValue(_work)!);
        var folder = (model, known) switch
        {
            ({ } given, _) => given,
            (_, { } shape) => parsed.GetValue(_weights) == "inflated" ? store.Inflated(shape, CheckpointStore.EmbeddedFolder) : store.Random(shape),
            _ => CheckpointStore.EmbeddedFolder,
        };
        var format = Formats.All.First(entry => entry.Name == parsed.GetValue(_format)).Format;
        return new BenchSettings
        {
            Shape = known is not null && model is null
                ? known
                : CheckpointShape.Read(folder, model is null ? name : Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))),
            Folder = folder,
            Work = parsed.GetValue(_work)!,
            Format = format,
            KvFormat = parsed.GetValue(_kv) switch
            {
                "bf16" => KvFormat.BFloat16,
                "f32" => KvFormat.Float32,
                _ => KvFormat.AsWeights,
            },
            Backend = parsed.GetValue(_backend)!,
            Threads = parsed.GetValue(_threads),
            Context = parsed.GetValue(_context),
            Pairs = parsed.GetValue(_pairs),
            ContextTokens = known is not null && model is null ? CheckpointShape.UsualContext : 0,
        };
    }
}

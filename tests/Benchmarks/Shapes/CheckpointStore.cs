using System.Security.Cryptography;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Shapes;

/// <summary>The checkpoints of the shapes: made when first asked for, found again afterwards.</summary>
internal sealed class CheckpointStore(string work)
{
    /// <summary>The embedded model, beside the program.</summary>
    public static string EmbeddedFolder => Path.Combine(AppContext.BaseDirectory, "models", "embedded");

    /// <summary>The embedded model's own draft model.</summary>
    public static string EmbeddedDraftFolder => EmbeddedFolder + "-draft";

    /// <summary>The checkpoint of a shape with random weights.</summary>
    public string Random(CheckpointShape shape) =>
        Make($"{shape.Name}-random", shape, EmbeddedFolder, target => RandomCheckpoint.Write(shape, EmbeddedFolder, target, Told(shape)));

    /// <summary>The checkpoint of a shape that computes what a small model computes.</summary>
    public string Inflated(CheckpointShape shape, string source) =>
        Make($"{shape.Name}-inflated", shape, source, target => InflatedCheckpoint.Write(source, shape, target, Told(shape)));

    // The name carries what the weights were made from: a new embedded model makes new checkpoints.
    private string Make(string name, CheckpointShape shape, string source, Action<string> write)
    {
        var folder = Path.Combine(work, $"{name}-{Fingerprint(source)}");
        if (File.Exists(Path.Combine(folder, "model.safetensors")))
        {
            return folder;
        }

        Progress.Say($"Writing {folder}: {shape.Weights / 1e6:N0} million weights, once.");
        Directory.CreateDirectory(folder);
        write(folder);
        return folder;
    }

    private static string Fingerprint(string source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in (string[])["model.safetensors", "tokenizer.json", "config.json"])
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(source, name)));
        }

        // So does what is made otherwise than before from the same model.
        hash.AppendData(BitConverter.GetBytes(CheckpointShape.Positions));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }

    private static Action<long> Told(CheckpointShape shape)
    {
        var (done, tenths) = (0L, 0);
        return bytes =>
        {
            done += bytes;
            var now = (int)(done * 10 / (shape.Weights * 2));
            if (now > tenths)
            {
                tenths = now;
                Progress.Say($"  {tenths * 10} %");
            }
        };
    }
}

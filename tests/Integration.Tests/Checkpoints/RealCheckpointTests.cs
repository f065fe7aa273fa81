using System.Buffers.Binary;
using System.Text.Json;
using Slerp.Engine.Checkpoints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Checkpoints;

public sealed class RealCheckpointTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void CheckpointDirectory_Stories260K_IsComplete()
    {
        var checkpoint = CheckpointDirectory.Open(StoriesGolden.Folder);
        using var weights = checkpoint.OpenWeights();

        weights.RequireFinite();

        Assert.Equal((5, 8, 4, 8), (checkpoint.Config.LayerCount, checkpoint.Config.HeadCount, checkpoint.Config.KeyValueHeadCount, checkpoint.Config.HeadDimension));
        Assert.Equal<int>([1, 2], checkpoint.EndTokenIds);
        Assert.Equal(260_032 * sizeof(float), checkpoint.WeightBytes);
        Assert.NotNull(checkpoint.FindFile("tokenizer.json"));
        output.WriteLine($"{weights.NeverServed.Count} tensors, {checkpoint.WeightBytes:N0} bytes.");
    }

    [SharedDataFact]
    public void ReadRows_EveryTensorOfEveryFamily_EqualsAnIndependentReading()
    {
        var (tensors, values) = (0, 0L);
        foreach (var path in Directory.GetFiles(SharedData.Path("weights", "families"), "*.safetensors", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(path);
            var headerBytes = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
            using var header = JsonDocument.Parse(bytes.AsMemory(8, headerBytes));
            using var weights = SafetensorsWeights.OpenFile(path);
            foreach (var field in header.RootElement.EnumerateObject().Where(static field => field.Name != "__metadata__"))
            {
                int[] shape = [.. field.Value.GetProperty("shape").EnumerateArray().Select(static dimension => dimension.GetInt32())];
                var tensor = weights.Get(field.Name, shape);
                var data = bytes.AsSpan(8 + headerBytes + field.Value.GetProperty("data_offsets")[0].GetInt32(), checked((int)tensor.ByteLength));
                var rows = new float[tensor.Count];
                tensor.ReadRows(0, tensor.Rows, rows);
                for (var i = 0; i < rows.Length; i++)
                {
                    var expected = field.Value.GetProperty("dtype").GetString() == "F32"
                        ? BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..])
                        : BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(data[(2 * i)..]) << 16);
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(rows[i]));
                }

                tensors++;
                values += rows.Length;
            }

            Assert.Empty(weights.NeverServed);
        }

        output.WriteLine($"{tensors} tensors, {values:N0} values, bit for bit.");
    }

    [SharedDataFact]
    public void LoraWeights_TinyLlama2Adapter_MergesLikeDoublePrecision()
    {
        var adapterFolder = SharedData.Path("weights", "families", "tiny-llama2-lora");
        var basePath = SharedData.Path("weights", "families", "tiny-llama2", "model.safetensors");
        using var plain = SafetensorsWeights.OpenFile(basePath);
        using var adapter = SafetensorsWeights.OpenFile(Path.Combine(adapterFolder, LoraWeights.WeightsFileName));
        using var weights = SafetensorsWeights.OpenFile(basePath);
        using var merged = LoraWeights.Open(weights, adapterFolder);
        using var file = SafetensorsFile.Open(basePath);
        var (changed, worst) = (0, 0.0);
        foreach (var entry in file.Tensors)
        {
            int[] shape = [.. entry.Shape.Select(static dimension => (int)dimension)];
            var (w, result) = (Read(plain, entry.Name, shape), Read(merged, entry.Name, shape));
            var module = "base_model.model." + entry.Name.Replace(".weight", "", StringComparison.Ordinal);
            if (!adapter.Contains(module + ".lora_A.weight"))
            {
                Assert.Equal(w, result);
                continue;
            }

            var a = Read(adapter, module + ".lora_A.weight", 4, shape[1]);
            var b = Read(adapter, module + ".lora_B.weight", shape[0], 4);
            for (var i = 0; i < w.Length; i++)
            {
                var (row, column) = (i / shape[1], i % shape[1]);
                var expected = w[i] + (3.0 * Enumerable.Range(0, 4).Sum(k => (double)b[(row * 4) + k] * a[(k * shape[1]) + column]));
                worst = Math.Max(worst, Math.Abs(expected - result[i]));
            }

            changed++;
        }

        output.WriteLine($"{changed} tensors merged, largest difference to double precision {worst:E2}.");
        Assert.Equal(14, changed);
        Assert.InRange(worst, 0, 1e-6);
        Assert.Empty(merged.NeverServed);
        merged.RequireApplied();
    }

    private static float[] Read(IWeightSource source, string name, params int[] shape)
    {
        var tensor = source.Get(name, shape);
        var values = new float[tensor.Count];
        tensor.ReadRows(0, tensor.Rows, values);
        return values;
    }
}

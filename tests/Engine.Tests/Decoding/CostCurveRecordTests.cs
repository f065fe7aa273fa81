using System.Text;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Decoding;

public sealed class CostCurveRecordTests
{
    [Fact]
    public void Write_IsReadAsItWas()
    {
        var curve = new CostCurve([1, 2, 64], [0.5, 0.75, 31]);
        var read = CostCurveRecord.TryRead("build", CostCurveRecord.Write("build", curve))!;
        Assert.Equal(curve.Rows, read.Rows);
        Assert.Equal(curve.Costs, read.Costs);
        Assert.Equal(curve.Seconds, read.Seconds);
        Assert.Null(CostCurveRecord.TryRead("another build", CostCurveRecord.Write("build", curve)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"build":1,"rows":[1,2],"seconds":[1,2]}""")]
    [InlineData("""{"build":"build"}""")]
    [InlineData("""{"build":"build","rows":1,"seconds":2}""")]
    [InlineData("""{"build":"build","rows":[1],"seconds":[1]}""")]
    [InlineData("""{"build":"build","rows":[1,2],"seconds":[1]}""")]
    [InlineData("""{"build":"build","rows":[1,1],"seconds":[1,1]}""")]
    [InlineData("""{"build":"build","rows":[2,3],"seconds":[1,1]}""")]
    [InlineData("""{"build":"build","rows":[1,2.5],"seconds":[1,1]}""")]
    [InlineData("""{"build":"build","rows":[1,2],"seconds":[1,0]}""")]
    [InlineData("""{"build":"build","rows":[1,2],"seconds":[1,-3]}""")]
    [InlineData("""{"build":"build","rows":[1,2],"seconds":[1,1e999]}""")]
    [InlineData("""{"build":"build","rows":[1,1e18],"seconds":[1,2]}""")]
    [InlineData("""{"build":"build","rows":[1,"2"],"seconds":[1,2]}""")]
    [InlineData("""{"build":"\ud800","rows":[1,2],"seconds":[1,2]}""")]
    public void OtherContent_IsNoCurve(string content) => Assert.Null(CostCurveRecord.TryRead("build", Encoding.UTF8.GetBytes(content)));

    [Fact]
    public async Task Load_MeasuresOnceForAMachineAndFormat_AndAgainWhereTheFileIsDamaged()
    {
        using var folder = new TemporaryFolder();
        var notes = Path.Combine(folder.FullPath, "notes");
        var options = new EngineOptions { ModelPath = new ToyCheckpoint().Save(folder), Threads = 1, NotesFolder = notes, WarmStart = false };
        var text = await AnswerAsync(options);
        var file = Assert.Single(Files(notes));
        var written = File.ReadAllText(file);
        // Kept as it is by a second load, which read it.
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.Equal(text, await AnswerAsync(options));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file));
        File.WriteAllText(file, "damaged");
        Assert.Equal(text, await AnswerAsync(options));
        Assert.StartsWith(written[..20], File.ReadAllText(file), StringComparison.Ordinal);
        await AnswerAsync(options with { WeightFormat = WeightFormat.Int8Block32 });
        await AnswerAsync(options with { KvFormat = KvFormat.BFloat16 });
        Assert.Equal(3, Files(notes).Length);
    }

    private static string[] Files(string notes) => Directory.GetFiles(notes, "*", SearchOption.AllDirectories);

    private static async Task<string> AnswerAsync(EngineOptions options)
    {
        await using var engine = await SlerpEngine.LoadAsync(options);
        return (await engine.AnswerAsync(EngineRequests.Raw("hello", 12))).Text;
    }
}

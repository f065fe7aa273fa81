using Slerp.Engine.Decoding;

namespace Slerp.Engine.Tests.Decoding;

public sealed class RunBufferTests
{
    [Fact]
    public async Task SecondWaiter_IsRefusedAndTheFirstIsServed()
    {
        var buffer = new RunBuffer(1);
        var first = buffer.WaitAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await buffer.WaitAsync());
        buffer.Add(7, visibleBytes: 1);
        buffer.Wake();
        await first;
        var tokens = new List<int>();
        buffer.Take(tokens, out var visibleBytes, out var finish, out var failure);
        Assert.Equal([7], tokens);
        Assert.Equal((1, null, null), (visibleBytes, finish, failure));
    }

    [Fact]
    public void Failure_IsToldAfterTheTokensBeforeIt_AndTheFirstOneStays()
    {
        var buffer = new RunBuffer(1);
        buffer.Add(7, visibleBytes: 1);
        buffer.Add(8, visibleBytes: 2);
        var told = new OperationCanceledException();
        buffer.Fail(told);
        buffer.Fail(new InvalidOperationException());
        var tokens = new List<int>();
        buffer.Take(tokens, out _, out _, out var failure);
        Assert.Null(failure);
        buffer.Take(tokens, out _, out _, out failure);
        Assert.Equal([7, 8], tokens);
        Assert.Same(told, failure);
    }

    [Fact]
    public void ReaderThatKeepsUp_NeverMakesTheBufferGrow()
    {
        var buffer = new RunBuffer(4);
        var tokens = new List<int>(16);
        long before = 0;
        for (var step = 0; step < 1_000; step++)
        {
            if (step == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            buffer.Add(step, visibleBytes: step);
            tokens.Clear();
            buffer.Take(tokens, out _, out _, out _);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }
}

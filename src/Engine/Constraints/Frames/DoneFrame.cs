namespace Slerp.Engine.Constraints.Frames;

/// <summary>The bottom of every stack: the text is complete and takes no further symbol.</summary>
internal sealed class DoneFrame : Frame
{
    private DoneFrame()
        : base(null, 1)
    {
    }

    public static DoneFrame Instance { get; } = new();

    public override bool CanEnd => true;

    public override bool CanEndAfterChild => true;

    public override void Step(int symbol, FrameSink into)
    {
    }

    public override void Complete(List<int> symbols)
    {
    }

    protected override bool HasSameContent(Frame other) => true;
}

using Microsoft.Extensions.DependencyInjection;

namespace Slerp.Samples.Chat;

/// <summary>What this build can compute on: built with -p:Backend=TorchSharp, also a GPU.</summary>
internal static class ChatBackends
{
#if TORCHSHARP
    public const string Default = "cuda";
    public const string Known = "cpu, cuda, cuda:N, torch-cpu";

    public static void AddTo(IServiceCollection services) => services.AddSlerpTorchSharp();
#else
    public const string Default = "cpu";
    public const string Known = "cpu (more in a build with -p:Backend=TorchSharp)";

    public static void AddTo(IServiceCollection services) => _ = services;
#endif
}

using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.SemanticKernel;

/// <summary>Runs kernel functions for a registered client.</summary>
public static class SlerpKernelFunctionExtensions
{
    /// <summary>Has the model's tool calls run the kernel's functions, auto-function filters included; for applications that register the client themselves and then call <c>AddKernel</c>.</summary>
    /// <param name="builder">The registration.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder UseKernelFunctionInvocation(this ISlerpChatClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(static (inner, services) =>
            inner.AsBuilder().UseKernelFunctionInvocation(services.GetService<ILoggerFactory>()).Build(services));
    }
}

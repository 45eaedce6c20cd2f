"""The block in small methods, so that a mistake is the one that goes wrong."""


class BlockInPieces(ResidualBlock):
    """The block as it should be."""

    def build(self, input_shape):
        channels = input_shape[-1]
        self.conv1 = self.convolution("conv1", self.size(), self.stride_of("conv1"))
        self.norm1 = self.normalization("norm1")
        self.conv2 = self.convolution("conv2", self.size(), self.stride_of("conv2"))
        self.norm2 = self.normalization("norm2")
        self.projection = self.projection_norm = None
        if self.projects(channels):
            self.projection = self.convolution("projection", *self.of_projection())
            if self.normalizes_the_projection():
                self.projection_norm = self.normalization("projection_norm")

    def size(self):
        return self.kernel_size

    def stride_of(self, name):
        return self.stride if name == "conv1" else 1

    def of_projection(self):
        return 1, self.stride

    def projects(self, channels):
        return self.stride > 1 or channels != self.filters

    def normalizes_the_projection(self):
        return not self.pre_activation

    def policy(self):
        return self.dtype_policy

    def zeros(self):
        """The sublayers that begin at zero."""
        return ["conv2" if self.pre_activation else "norm2"] if self.zero_init else []

    def convolution(self, name, size, stride):
        how = {"padding": "same", "use_bias": False, "dtype": self.policy()} | self.conv_differently(name)
        if name in self.zeros():
            how["kernel_initializer"] = "zeros"
        return keras.layers.Conv2D(self.filters, size, stride, **how)

    def conv_differently(self, name):  # noqa: ARG002
        return {}

    def normalization(self, name):
        how = {"dtype": self.policy()} | self.norm_differently(name)
        if name in self.zeros():
            how["gamma_initializer"] = "zeros"
        return keras.layers.BatchNormalization(**how)

    def norm_differently(self, name):  # noqa: ARG002
        return {}

    def call(self, x, training=None):
        self.mode = self.mode_of(training)
        return self.pre(x) if self.pre_activation else self.post(x)

    def mode_of(self, training):
        return {"training": training}

    def post(self, x):
        return ops.relu(self.shortcut(x) + self.branch(x))

    def branch(self, x):
        inside = ops.relu(self.norm1(self.conv1(x), **self.mode))
        return self.norm2(self.conv2(inside), **self.mode)

    def shortcut(self, x):
        x = x if self.projection is None else self.projection(x)
        return x if self.projection_norm is None else self.projection_norm(x, **self.mode)

    def pre(self, x):
        a = ops.relu(self.norm1(x, **self.mode))
        return self.pre_shortcut(x, a) + self.pre_branch(a)

    def pre_branch(self, a):
        return self.conv2(ops.relu(self.norm2(self.conv1(a), **self.mode)))

    def pre_shortcut(self, x, a):
        return x if self.projection is None else self.shortcut(a)

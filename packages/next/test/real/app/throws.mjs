throw new Error('there is no configuration')

module.exports = require('./trieb.cjs').redisCacheHandler
